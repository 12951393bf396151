-- In which state was each worker for the most of each window, and for which share of it? What the
-- windows hold is exact only in sum: when in a window a worker was parked is not known.
CREATE VIEW trace_window AS
WITH most AS (
	SELECT *, max(poll_cpu_ns + poll_offcpu_ns, run_queue_ns, parked_ns, runtime_ns, unknown_ns,
		other_ns) AS most_ns
	FROM timeline
)
SELECT capture, thread, start_ns, end_ns,
	CASE most_ns WHEN parked_ns THEN 'parked' WHEN poll_cpu_ns + poll_offcpu_ns THEN 'poll'
		WHEN run_queue_ns THEN 'run-queue' WHEN runtime_ns THEN 'runtime'
		WHEN other_ns THEN 'other' ELSE 'unknown' END AS state,
	1.0 * most_ns / max(end_ns - start_ns, 1) AS share, poll_cpu_ns, poll_offcpu_ns,
	run_queue_ns, parked_ns, runtime_ns, unknown_ns, other_ns
FROM most;
