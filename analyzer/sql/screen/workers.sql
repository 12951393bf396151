-- How did each worker spend its time in the window?
SELECT tid, comm, wall_ns, poll_cpu_ns, poll_offcpu_ns, run_queue_ns, parked_ns,
	runtime_ns, unknown_ns, blocking_ns
FROM workers
WHERE capture = :capture
ORDER BY tid;
