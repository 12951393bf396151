-- How many tasks waited for a thread of each blocking pool, for how long, and was it full? No row:
-- the pool's queue is not known. Waits are lower bounds. full_ns is NULL where tasks waited and it
-- is not known how many threads the pool has, or may have. runtime: as in workers.
CREATE VIEW pool_load AS
WITH load AS (
	SELECT capture, process, pool, max(scheduler) AS scheduler, count(*) AS readings,
		total(gap_ns) AS watched_ns, max(tasks) AS peak_tasks,
		max(threads) AS threads, max(thread_limit) AS thread_limit,
		coalesce(max(workers), 0) AS workers,
		max(wait_ns) AS wait_ns, max(CASE WHEN is_full THEN wait_ns END) AS full_wait_ns,
		total(min(wait_ns, gap_ns)) AS waiting_ns,
		total(CASE WHEN stayed_full THEN min(wait_ns, gap_ns) END) AS full_ns,
		count(wait_ns) > 0 OR max(tasks) = 0 AS wait_known,
		(count(wait_ns) > 0 OR max(tasks) = 0) AND count(is_full) = count(*) AS full_known,
		sum(CASE WHEN is_last THEN tasks END) AS queued_at_end
	FROM pool_reading
	GROUP BY capture, process, pool
)
SELECT l.capture, l.process, p.pid, p.name, l.pool, l.scheduler, l.readings,
	CAST(l.watched_ns AS INTEGER) AS watched_ns, l.threads, l.thread_limit, l.workers,
	l.peak_tasks, CASE WHEN wait_known THEN coalesce(l.wait_ns, 0) END AS longest_wait_ns,
	CASE WHEN wait_known THEN CAST(l.waiting_ns AS INTEGER) END AS waiting_ns,
	CASE WHEN full_known THEN CAST(l.full_ns AS INTEGER) END AS full_ns,
	CASE WHEN full_known AND wait_known THEN coalesce(l.full_wait_ns, 0) END
		AS longest_full_wait_ns,
	CASE WHEN full_known AND l.watched_ns > 0 THEN 100.0 * l.full_ns / l.watched_ns END
		AS full_percent,
	l.queued_at_end, count(*) OVER (PARTITION BY l.capture) AS pools,
	(SELECT max(n.runtime) FROM thread_runtime AS n
		WHERE n.process = l.process AND n.pool = l.pool AND n.runtimes > 1) AS runtime
FROM load AS l
JOIN process AS p ON p.id = l.process;
