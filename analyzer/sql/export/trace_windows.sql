-- The windows of workers, thread by thread in the order of time.
SELECT thread, start_ns, end_ns, state, share, poll_cpu_ns, poll_offcpu_ns, run_queue_ns, parked_ns,
	runtime_ns, unknown_ns, other_ns
FROM trace_window
WHERE capture = :capture
ORDER BY thread, start_ns;
