-- Which code blocked the main future, which block_on drives on the main thread, for how long, how
-- often, why, and what can be done about it? It blocks itself and what it joins, but no worker.
--
-- Mostly it has no site: then nothing is summed up.
CREATE VIEW main_sites AS
SELECT s.*
FROM (SELECT 1 FROM site WHERE main LIMIT 1)
CROSS JOIN site_summary AS s
WHERE s.main;
