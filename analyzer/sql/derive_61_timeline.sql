-- What did each worker do, window by window? Spans that reach over several windows are split.
--
-- The windows of a thread lie end to end; where its spans reach beyond them there is no row. CPU
-- time is divided by the looks of the same window; with none it is in unknown_ns. (LIMIT -1: what an
-- inner query finds is found once, not for each of the sums.)
INSERT INTO timeline (capture, thread, start_ns, end_ns, poll_cpu_ns, poll_offcpu_ns,
	run_queue_ns, parked_ns, runtime_ns, unknown_ns, other_ns)
WITH longest AS MATERIALIZED (
	SELECT k.thread, (SELECT max(w.end_ns - w.start_ns) FROM thread_window AS w
		WHERE w.thread = k.thread) AS longest_ns
	FROM worker AS k
	WHERE k.capture = :capture
), part AS (
	SELECT w.id AS window, s.state,
		min(s.end_ns, w.end_ns) - max(s.start_ns, w.start_ns) AS part_ns,
		max(0, min(s.end_ns, w.end_ns)
			- max(s.end_ns - s.run_queue_ns, w.start_ns)) AS waited_ns
	FROM (SELECT * FROM span_state WHERE capture = :capture LIMIT -1) AS s
	CROSS JOIN longest AS l ON l.thread = s.thread
	CROSS JOIN thread_window AS w ON w.thread = s.thread AND w.start_ns < s.end_ns
		AND w.start_ns > s.start_ns - l.longest_ns
	WHERE w.end_ns > s.start_ns
	LIMIT -1
), slept AS (
	SELECT window,
		sum(CASE WHEN state = 'poll-off-cpu' THEN part_ns - waited_ns ELSE 0 END) AS poll_ns,
		sum(CASE WHEN state = 'parked' THEN part_ns - waited_ns ELSE 0 END) AS parked_ns,
		sum(CASE WHEN state = 'runtime' THEN part_ns - waited_ns ELSE 0 END) AS runtime_ns,
		sum(CASE WHEN state IS NOT NULL THEN waited_ns ELSE 0 END) AS run_queue_ns,
		sum(CASE WHEN state IS NULL THEN part_ns ELSE 0 END) AS other_ns
	FROM part
	GROUP BY window
), recorded AS (
	SELECT w.id AS window, w.poll_looks,
		coalesce(sum(e.as_worker AND e.class = 'poll'), 0) AS poll,
		coalesce(sum(e.as_worker AND e.class IN ('runtime', 'park')), 0) AS runtime,
		coalesce(sum(NOT e.as_worker), 0) AS other,
		count(e.id) AS looks
	FROM longest AS l
	CROSS JOIN thread_window AS w ON w.thread = l.thread
	LEFT JOIN evidence AS e ON e.thread = w.thread AND e.start_ns >= w.start_ns
		AND e.start_ns < w.end_ns AND e.sample IS NOT NULL
	GROUP BY w.id
), looked AS (
	SELECT window, looks - poll + max(poll, poll_looks) AS looks, max(poll, poll_looks) AS poll,
		runtime, other
	FROM recorded
	WHERE looks > 0 OR poll_looks > 0
), summed AS (
	SELECT w.thread, w.start_ns, w.end_ns,
		coalesce(w.cpu_ns * k.poll / k.looks, 0) AS poll_cpu_ns,
		coalesce(s.poll_ns, 0) + w.poll_sleep_ns AS poll_offcpu_ns,
		coalesce(s.run_queue_ns, 0) + w.run_queue_ns AS run_queue_ns,
		coalesce(s.parked_ns, 0) + w.parked_ns AS parked_ns,
		coalesce(w.cpu_ns * k.runtime / k.looks, 0) + coalesce(s.runtime_ns, 0) AS runtime_ns,
		coalesce(s.other_ns, 0) + coalesce(w.cpu_ns * k.other / k.looks, 0) AS other_ns
	FROM longest AS l
	CROSS JOIN thread_window AS w ON w.thread = l.thread
	LEFT JOIN slept AS s ON s.window = w.id
	LEFT JOIN looked AS k ON k.window = w.id
)
SELECT :capture, thread, start_ns, end_ns, poll_cpu_ns, poll_offcpu_ns, run_queue_ns, parked_ns,
	runtime_ns,
	max(0, end_ns - start_ns - poll_cpu_ns - poll_offcpu_ns - run_queue_ns - parked_ns
		- runtime_ns - other_ns),
	other_ns
FROM summed
ORDER BY thread, start_ns;
