-- How did each worker spend its time? The six states add up to wall_ns.
SELECT t.tid, t.comm, r.runtime, w.wall_ns, w.poll_cpu_ns, w.poll_offcpu_ns, w.run_queue_ns,
	w.parked_ns, w.runtime_ns, w.unknown_ns, w.blocking_ns, w.blocking_polls
FROM worker AS w
JOIN thread AS t ON t.id = w.thread
JOIN thread_role AS r ON r.thread = w.thread
WHERE w.capture = :capture
ORDER BY w.blocking_ns DESC, w.wall_ns DESC, t.tid;
