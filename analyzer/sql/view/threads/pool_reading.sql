-- What was read of the queue of each blocking pool in the chosen time, and what had changed since
-- the reading before?
--
-- gap_ns is the part of the time since that reading which was chosen: the first reading after the
-- chosen time ends its last gap. wait_ns is how long the task that is next has waited in the chosen
-- time: a lower bound. is_full: no thread was left for it. While one task stays the next, those
-- behind it stay too.
CREATE VIEW pool_reading AS
WITH known AS (
	SELECT *, tasks > 0 AND threads >= thread_limit AND idle = 0 AS is_full FROM pool_queue
), reading AS (
	SELECT *, lag(time_ns) OVER in_order AS before_ns,
		lag(tasks) OVER in_order AS before_tasks, lag(is_full) OVER in_order AS was_full
	FROM known
	WINDOW in_order AS (PARTITION BY process, pool ORDER BY time_ns, id)
), chosen AS (
	SELECT r.*, t.start_ns, t.end_ns, min(r.time_ns, t.end_ns) AS to_ns,
		max(coalesce(r.before_ns, r.time_ns), t.start_ns) AS from_ns
	FROM reading AS r
	JOIN chosen_time AS t ON t.capture = r.capture AND r.time_ns >= t.start_ns
		AND coalesce(r.before_ns, r.time_ns) <= t.end_ns
)
SELECT capture, process, pool, to_ns AS time_ns,
	CASE WHEN before_ns IS NOT NULL THEN to_ns - from_ns END AS gap_ns,
	CASE
	WHEN time_ns <= end_ns THEN tasks
	WHEN since_ns <= before_ns THEN min(before_tasks, tasks)
	ELSE coalesce(since_ns < end_ns, 0)
	END AS tasks, threads, idle, thread_limit, workers, scheduler,
	CASE WHEN since_ns < to_ns OR time_ns <= end_ns THEN to_ns - max(since_ns, start_ns) END
		AS wait_ns,
	is_full, is_full AND was_full AS stayed_full,
	lead(to_ns) OVER (PARTITION BY capture, process, pool ORDER BY time_ns, id) IS NULL
		AS is_last
FROM chosen;
