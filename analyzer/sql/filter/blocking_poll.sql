-- Which blocking polls reach into the chosen time, on the chosen workers, in the chosen task, and
-- lasted long enough? The whole poll counts for that, also where a part is outside the chosen time.
INSERT INTO temp.blocking_poll
SELECT r.id, r.capture, r.thread, r.kind, r.offcpu_span, r.sample_run, r.poll, r.start_ns, r.end_ns,
	r.wall_ns, r.run_queue_ns, r.open, r.bounds, r.source, r.task, r.main
FROM filter AS l
JOIN main.blocking_poll AS r ON r.capture = l.capture
WHERE r.start_ns < coalesce(l.to_ns, 9223372036854775807) AND r.end_ns > coalesce(l.from_ns, 0)
	AND (l.worker IS NULL OR r.thread IN (SELECT thread FROM temp.filter_thread))
	AND (l.task IS NULL OR named(l.task, r.task))
	AND (l.min_ns IS NULL OR r.blocked_ns >= l.min_ns);
