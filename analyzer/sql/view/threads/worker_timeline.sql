-- What did each worker do, window by window, and which marks were set then?
CREATE VIEW worker_timeline AS
SELECT w.capture, w.thread, t.tid, t.comm, w.start_ns - c.start_ns AS at_ns,
	w.end_ns - w.start_ns AS length_ns, w.poll_cpu_ns, w.poll_offcpu_ns, w.run_queue_ns,
	w.parked_ns, w.runtime_ns, w.unknown_ns, w.other_ns,
	(SELECT group_concat(text, '; ') FROM (SELECT m.text FROM mark AS m
		WHERE m.capture = w.capture AND m.time_ns >= w.start_ns AND m.time_ns < w.end_ns
		ORDER BY m.time_ns, m.id)) AS marks
FROM timeline AS w
JOIN thread AS t ON t.id = w.thread
JOIN capture AS c ON c.id = w.capture;
