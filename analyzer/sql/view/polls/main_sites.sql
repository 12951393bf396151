-- Which code blocked the main future, which block_on drives on the main thread, for how long, how
-- often, why, and what can be done about it? It blocks itself and what it joins, but no worker.
CREATE VIEW main_sites AS
SELECT * FROM site_summary WHERE main;
