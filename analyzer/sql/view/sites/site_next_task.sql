-- Which tasks stood in the LIFO slot of the worker while it waited at each site? No other worker
-- can take a task from there. waits: in so many, for blocked_ns together. rank 1: for the longest.
--
-- Known where debug information says how the runtime lays out a task, and the function in its table
-- is one that polls tasks.
CREATE VIEW site_next_task AS
WITH waited AS (
	SELECT l.capture, l.site, k.task, count(*) AS waits,
		sum(l.blocked_ns) AS blocked_ns
	FROM slice AS l
	JOIN offcpu_span AS o ON o.id = l.offcpu_span
	JOIN stack AS k ON k.id = o.next_stack
	WHERE k.task IS NOT NULL
	GROUP BY l.site, k.task
)
SELECT capture, site, task, waits, blocked_ns,
	row_number() OVER (PARTITION BY site ORDER BY blocked_ns DESC, task) AS rank
FROM waited;
