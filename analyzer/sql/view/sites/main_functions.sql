-- Which functions blocked the main future, which blocks itself and what it joins, but no worker?
--
-- Mostly it has no site: then nothing is summed up.
CREATE VIEW main_functions AS
SELECT f.*
FROM (SELECT 1 FROM site WHERE main LIMIT 1)
CROSS JOIN function_summary AS f
WHERE f.main;
