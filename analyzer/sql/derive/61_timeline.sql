-- What did each worker do, window by window? Spans that overlap several windows are split.
--
-- The windows of a thread follow one another without gaps; for spans outside of them there is no
-- row. CPU time is divided by the samples of the same window; without any it is in unknown_ns.
-- analyzer/derive/worker_time.c finds what lies in each window.
INSERT INTO timeline (capture, thread, start_ns, end_ns, poll_cpu_ns, poll_offcpu_ns,
	run_queue_ns, parked_ns, runtime_ns, unknown_ns, other_ns)
WITH summed AS (
	SELECT thread, start_ns, end_ns,
		coalesce(cpu_ns * poll_samples / nullif(samples, 0), 0) AS poll_cpu_ns,
		poll_ns AS poll_offcpu_ns, run_queue_ns, parked_ns,
		coalesce(cpu_ns * runtime_samples / nullif(samples, 0), 0) + runtime_ns
			AS runtime_ns,
		other_ns + coalesce(cpu_ns * other_samples / nullif(samples, 0), 0) AS other_ns
	FROM window_rows(:capture)
	LIMIT -1
)
SELECT :capture, thread, start_ns, end_ns, poll_cpu_ns, poll_offcpu_ns, run_queue_ns, parked_ns,
	runtime_ns,
	max(0, end_ns - start_ns - poll_cpu_ns - poll_offcpu_ns - run_queue_ns - parked_ns
		- runtime_ns - other_ns),
	other_ns
FROM summed;
