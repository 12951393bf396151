-- Which tasks, by type, blocked a worker, how often, for how long, and where most?
CREATE VIEW tasks AS
WITH blocked AS MATERIALIZED (
	SELECT capture, task, count(*) AS blocking_polls, sum(wall_ns) AS blocking_ns,
		max(wall_ns) AS longest_ns, count(DISTINCT thread) AS workers
	FROM blocking_poll
	WHERE task IS NOT NULL
	GROUP BY capture, task
), place AS MATERIALIZED (
	SELECT capture, task, site, row_number() OVER (PARTITION BY capture, task
		ORDER BY wall_ns DESC, site) AS rank
	FROM site_task
)
SELECT b.capture, b.task, b.blocking_polls, b.blocking_ns, b.longest_ns, b.workers,
	s.function AS site_function, s.cause AS site_cause
FROM blocked AS b
LEFT JOIN place AS p ON p.capture = b.capture AND p.task = b.task AND p.rank = 1
LEFT JOIN site AS s ON s.id = p.site
ORDER BY b.capture, b.blocking_ns DESC, b.task;
