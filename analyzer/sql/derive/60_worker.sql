-- How did each worker spend its time as a worker? The six states add up to wall_ns.
--
-- Exact: time on CPUs, in sleeps at or over the threshold, and waiting for a CPU. By the proportion
-- of samples: how the time on CPUs divides between polls and the runtime. The rest, sleeps under
-- the threshold of which nothing else is known, is unknown_ns. analyzer/derive/worker_time.c finds
-- the state of a worker in each sleep.
INSERT INTO worker (thread, capture, wall_ns, poll_cpu_ns, poll_offcpu_ns, run_queue_ns, parked_ns,
	runtime_ns, unknown_ns, blocking_ns, blocking_polls, short_sleep_ns, other_ns)
WITH slept AS MATERIALIZED (
	SELECT * FROM thread_slept(:capture)
), blocked AS (
	SELECT thread, sum(blocked_ns) AS blocking_ns, count(*) AS spans
	FROM blocking_poll
	WHERE capture = :capture AND NOT main
	GROUP BY thread
), known AS (
	SELECT r.thread, w.end_ns - w.start_ns AS watched_ns,
		coalesce(c.poll_cpu_ns, 0) AS poll_cpu_ns,
		coalesce(s.poll_ns, 0) + coalesce(c.poll_sleep_ns, 0) AS poll_offcpu_ns,
		coalesce(s.run_queue_ns, 0) + coalesce(c.run_queue_ns, 0) AS run_queue_ns,
		coalesce(s.parked_ns, 0) + coalesce(c.parked_ns, 0) AS parked_ns,
		coalesce(c.runtime_cpu_ns, 0) + coalesce(s.runtime_ns, 0) AS runtime_ns,
		coalesce(s.other_ns, 0) + coalesce(c.other_cpu_ns, 0) AS other_ns,
		coalesce(c.sleep_ns - c.poll_sleep_ns, 0) AS short_sleep_ns,
		coalesce(b.blocking_ns, 0) AS blocking_ns,
		coalesce(b.spans, 0) AS blocking_polls
	FROM thread_role AS r
	JOIN thread_watched AS w ON w.thread = r.thread
	LEFT JOIN thread_cpu AS c ON c.thread = r.thread
	LEFT JOIN slept AS s ON s.thread = r.thread
	LEFT JOIN blocked AS b ON b.thread = r.thread
	WHERE r.capture = :capture AND r.role = 'worker'
), summed AS (
	SELECT *,
		poll_cpu_ns + poll_offcpu_ns + run_queue_ns + parked_ns + runtime_ns AS known_ns
	FROM known
)
SELECT thread, :capture, max(watched_ns - other_ns, known_ns), poll_cpu_ns, poll_offcpu_ns,
	run_queue_ns, parked_ns, runtime_ns, max(watched_ns - other_ns - known_ns, 0),
	blocking_ns, blocking_polls, short_sleep_ns, other_ns
FROM summed
ORDER BY thread;
