-- What did each worker do, window by window? Spans that reach over several windows are split.
--
-- The windows of a thread lie end to end; where its spans reach beyond them there is no row. CPU
-- time is divided by the looks of the same window; with none it is in unknown_ns. What lies in each
-- window is told by analyzer/worker_time.c. (Most looks at young polls are only counted: poll_looks.)
INSERT INTO timeline (capture, thread, start_ns, end_ns, poll_cpu_ns, poll_offcpu_ns,
	run_queue_ns, parked_ns, runtime_ns, unknown_ns, other_ns)
WITH looked AS (
	SELECT w.thread, w.start_ns, w.end_ns, w.cpu_ns,
		k.poll_ns + w.poll_sleep_ns AS poll_offcpu_ns,
		k.run_queue_ns + w.run_queue_ns AS run_queue_ns,
		k.parked_ns + w.parked_ns AS parked_ns,
		k.runtime_ns, k.other_ns, k.runtime_looks, k.other_looks,
		max(k.poll_looks, w.poll_looks) AS poll_looks,
		nullif(k.looks - k.poll_looks + max(k.poll_looks, w.poll_looks), 0) AS looks
	FROM window_told(:capture) AS k
	CROSS JOIN thread_window AS w ON w.id = k.window
	CROSS JOIN worker AS r ON r.thread = w.thread
	LIMIT -1
), summed AS (
	SELECT thread, start_ns, end_ns,
		coalesce(cpu_ns * poll_looks / looks, 0) AS poll_cpu_ns,
		poll_offcpu_ns, run_queue_ns, parked_ns,
		coalesce(cpu_ns * runtime_looks / looks, 0) + runtime_ns AS runtime_ns,
		other_ns + coalesce(cpu_ns * other_looks / looks, 0) AS other_ns
	FROM looked
	LIMIT -1
)
SELECT :capture, thread, start_ns, end_ns, poll_cpu_ns, poll_offcpu_ns, run_queue_ns, parked_ns,
	runtime_ns,
	max(0, end_ns - start_ns - poll_cpu_ns - poll_offcpu_ns - run_queue_ns - parked_ns
		- runtime_ns - other_ns),
	other_ns
FROM summed;
