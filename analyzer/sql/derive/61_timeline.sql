-- What did each worker do, window by window? Spans that reach over several windows are split.
--
-- The windows of a thread lie end to end; where its spans reach beyond them there is no row. CPU
-- time is divided by the looks of the same window; with none it is in unknown_ns. What lies in each
-- window is told by analyzer/derive/worker_time.c.
INSERT INTO timeline (capture, thread, start_ns, end_ns, poll_cpu_ns, poll_offcpu_ns,
	run_queue_ns, parked_ns, runtime_ns, unknown_ns, other_ns)
WITH summed AS (
	SELECT thread, start_ns, end_ns,
		coalesce(cpu_ns * poll_samples / nullif(samples, 0), 0) AS poll_cpu_ns,
		poll_ns AS poll_offcpu_ns, run_queue_ns, parked_ns,
		coalesce(cpu_ns * runtime_samples / nullif(samples, 0), 0) + runtime_ns AS runtime_ns,
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
