-- What are the sums of each thread's windows? Computed by analyzer/derive/thread_totals.c.
INSERT INTO thread_totals
SELECT thread, :capture, start_ns, end_ns, cpu_ns, sleep_ns, run_queue_ns, parked_ns, poll_sleep_ns,
	poll_samples
FROM thread_totals_rows(:capture);
