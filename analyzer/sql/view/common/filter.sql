-- Which filters are in force? In the database itself none, so everything is NULL.
--
-- With filters hud-analyze puts a temporary table of this name over it, and others over the tables
-- whose rows are filtered.
CREATE VIEW filter AS
SELECT id AS capture, NULL AS from_ns, NULL AS to_ns, NULL AS worker, NULL AS task, NULL AS cause,
	NULL AS match, NULL AS min_ns, NULL AS site
FROM capture;
