-- What was read of the queue of each blocking pool in the chosen time, and what had changed since
-- the reading before?
--
-- wait_ns is how long the task that is next has waited: a lower bound. is_full: no thread was left
-- for it.
CREATE VIEW pool_reading AS
WITH reading AS (
	SELECT q.*, q.time_ns - max(q.since_ns, t.start_ns) AS wait_ns,
		q.tasks > 0 AND q.threads >= q.thread_limit AND q.idle = 0 AS is_full
	FROM pool_queue AS q
	JOIN chosen_time AS t
		ON t.capture = q.capture AND q.time_ns BETWEEN t.start_ns AND t.end_ns
)
SELECT capture, process, pool, time_ns, time_ns - lag(time_ns) OVER in_order AS gap_ns, tasks,
	threads, idle, thread_limit, workers, scheduler, wait_ns, is_full,
	is_full AND lag(is_full) OVER in_order AS stayed_full,
	lead(time_ns) OVER in_order IS NULL AS is_last
FROM reading
WINDOW in_order AS (PARTITION BY capture, process, pool ORDER BY time_ns, id);
