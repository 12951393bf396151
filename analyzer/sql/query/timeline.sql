-- What did each worker do, window by window?
SELECT t.tid, t.comm, (l.start_ns - c.start_ns) / 1000000 AS at_ms,
	(l.end_ns - l.start_ns) / 1000000 AS length_ms, l.poll_cpu_ns, l.poll_offcpu_ns,
	l.run_queue_ns, l.parked_ns, l.runtime_ns, l.unknown_ns, l.marks
FROM worker_timeline AS l
JOIN thread AS t ON t.id = l.thread
JOIN capture AS c ON c.id = l.capture
WHERE l.capture = :capture
ORDER BY t.tid, l.start_ns;
