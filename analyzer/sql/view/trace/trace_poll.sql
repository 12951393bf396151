-- When was each worker inside a blocking poll, of which task, and where for the most of its time?
CREATE VIEW trace_poll AS
WITH line AS MATERIALIZED (
	SELECT site, file, line FROM site_line WHERE rank = 1
)
SELECT b.capture, b.id AS blocking_poll, b.thread, b.start_ns, b.end_ns, b.wall_ns, b.run_queue_ns,
	b.blocked_ns, b.open, b.bounds, b.source, b.task, p.task_id,
	p.ready_max, p.left_queued, m.site, s.function, s.cause, l.file, l.line, m.stack
FROM blocking_poll AS b
LEFT JOIN poll AS p ON p.id = b.poll
LEFT JOIN poll_place AS m ON m.blocking_poll = b.id
LEFT JOIN site AS s ON s.id = m.site
LEFT JOIN line AS l ON l.site = m.site
WHERE NOT b.main;
