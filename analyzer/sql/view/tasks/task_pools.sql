-- How many closures waited for a thread of each blocking pool, and of which functions?
--
-- One row for each function of a pool with closures in its queue, the most first; else one row with
-- NULL. listed: of all that are queued, so many were read.
CREATE VIEW task_pools AS
WITH waiting AS (
	SELECT q.capture, q.dump, q.process, q.pool, n.task, count(*) AS closures,
		min(q.task_id) AS example
	FROM queued_closure AS q
	LEFT JOIN poller_names AS n ON n.site_stack = q.site_stack
	GROUP BY q.capture, q.dump, q.process, q.pool, n.task
)
SELECT p.capture, p.dump, p.process, p.pool, p.scheduler, p.threads, p.idle, p.thread_limit,
	p.workers, p.queued, p.listed, w.task, w.closures, w.example
FROM task_pool AS p
LEFT JOIN waiting AS w ON w.capture = p.capture AND w.dump = p.dump AND w.process = p.process
	AND w.pool = p.pool;
