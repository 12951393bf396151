-- How busy was the blocking pool, and what else waited without blocking a worker?
--
-- The CPU time of threads is exact; samples divide it. peak_busy is the most threads of the pool
-- that were seen at work at the same moment: a lower bound.
CREATE VIEW blocking_pool AS
WITH slept AS (
	SELECT capture, sum(seen_in_pool) AS threads, sum(pool_busy_ns) AS busy_ns,
		sum(pool_idle_ns) AS idle_ns, sum(block_in_place_ns) AS block_in_place_ns,
		sum(block_in_place_count) AS block_in_place_count, sum(root_ns) AS root_ns,
		sum(root_count) AS root_count, sum(without_core_ns) AS without_core_ns,
		sum(without_core_count) AS without_core_count
	FROM thread_summary
	GROUP BY capture
), ran AS (
	SELECT capture, sum(pool_cpu_ns) AS busy_ns,
		sum(block_in_place_cpu_ns) AS block_in_place_ns,
		sum(root_cpu_ns) AS root_ns
	FROM thread_cpu
	GROUP BY capture
), pool AS (
	SELECT c.id AS capture, ct.end_ns - ct.start_ns AS duration_ns,
		coalesce(s.threads, 0) AS threads,
		coalesce(k.busy, 0) AS peak_busy,
		coalesce(s.busy_ns, 0) + coalesce(r.busy_ns, 0) AS busy_ns,
		coalesce(s.idle_ns, 0) AS idle_ns,
		coalesce(s.block_in_place_ns, 0) + coalesce(r.block_in_place_ns, 0)
			AS block_in_place_ns,
		coalesce(s.block_in_place_count, 0) AS block_in_place_count,
		coalesce(s.root_ns, 0) + coalesce(r.root_ns, 0) AS root_future_ns,
		coalesce(s.root_count, 0) AS root_future_count,
		coalesce(s.without_core_ns, 0) AS without_core_ns,
		coalesce(s.without_core_count, 0) AS without_core_count
	FROM capture AS c
	JOIN chosen_time AS ct ON ct.capture = c.id
	LEFT JOIN slept AS s ON s.capture = c.id
	LEFT JOIN ran AS r ON r.capture = c.id
	LEFT JOIN pool_peak AS k ON k.capture = c.id
)
SELECT capture, threads, peak_busy, busy_ns, idle_ns,
	CASE WHEN threads > 0 AND duration_ns > 0 THEN 100.0 * busy_ns / threads / duration_ns END
		AS busy_percent,
	block_in_place_ns, block_in_place_count, root_future_ns, root_future_count,
	without_core_ns, without_core_count,
	EXISTS (SELECT 1 FROM pool_queue AS q WHERE q.capture = p.capture) AS queue_known
FROM pool AS p;
