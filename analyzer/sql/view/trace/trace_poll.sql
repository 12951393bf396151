-- When was each worker inside a blocking poll, of which task, and where for the most of its time?
CREATE VIEW trace_poll AS
WITH line AS MATERIALIZED (
	SELECT site, file, line FROM site_line WHERE rank = 1
), longest AS MATERIALIZED (
	SELECT blocking_poll, stack, max(wall_ns - run_queue_ns)
	FROM slice
	GROUP BY blocking_poll
), most AS MATERIALIZED (
	SELECT blocking_poll, site, max(wall_ns - run_queue_ns)
	FROM site_poll
	GROUP BY blocking_poll
)
SELECT b.capture, b.id AS blocking_poll, b.thread, b.start_ns, b.end_ns, b.wall_ns, b.run_queue_ns,
	b.wall_ns - b.run_queue_ns AS blocked_ns, b.open, b.bounds, b.source, b.task, p.task_id,
	p.ready_max, p.left_queued, m.site, s.function, s.cause, l.file, l.line, g.stack
FROM blocking_poll AS b
LEFT JOIN poll AS p ON p.id = b.poll
LEFT JOIN most AS m ON m.blocking_poll = b.id
LEFT JOIN site AS s ON s.id = m.site
LEFT JOIN line AS l ON l.site = m.site
LEFT JOIN longest AS g ON g.blocking_poll = b.id
WHERE NOT b.main;
