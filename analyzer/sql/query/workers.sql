-- How did each worker spend its time? The six states add up to wall_ns.
SELECT tid, comm, runtime, scheduler, single_threaded, wall_ns, poll_cpu_ns, poll_offcpu_ns,
	run_queue_ns, parked_ns, runtime_ns, unknown_ns, blocking_ns, blocking_polls
FROM workers
WHERE capture = :capture
ORDER BY rank;
