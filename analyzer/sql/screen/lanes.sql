-- What did each worker do when? Windows of about 100 ms, and the blocking polls over them.
SELECT w.tid, m.start_ns, m.end_ns, m.poll_cpu_ns, m.poll_offcpu_ns, m.run_queue_ns, m.parked_ns,
	m.runtime_ns, m.unknown_ns, m.other_ns, 0 AS blocking
FROM timeline AS m
JOIN workers AS w ON w.thread = m.thread
WHERE m.capture = :capture
UNION ALL
SELECT w.tid, b.start_ns, b.end_ns, 0, 0, 0, 0, 0, 0, 0, 1
FROM blocking_poll AS b
JOIN workers AS w ON w.thread = b.thread
WHERE b.capture = :capture AND NOT b.main;
