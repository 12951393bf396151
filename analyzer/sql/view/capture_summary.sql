-- What was recorded, what was lost, and what came of it: a line for each capture.
CREATE VIEW capture_summary AS
WITH lost AS MATERIALIZED (
	SELECT capture, sum(count) AS count FROM loss_total WHERE percent IS NOT NULL GROUP BY capture
)
SELECT c.id AS capture, c.capture_id, c.file, c.command,
	datetime(c.start_realtime_ns / 1000000000, 'unixepoch') AS started_utc,
	c.end_ns - c.start_ns AS duration_ns, c.threshold_ns, c.source, c.recorder, c.kernel, c.events,
	coalesce(l.count, 0) AS lost, v.loss_percent, c.truncated, c.end_reason,
	(SELECT count(*) FROM process AS p WHERE p.capture = c.id) AS processes,
	(SELECT count(*) FROM thread AS t WHERE t.capture = c.id) AS threads,
	v.workers, v.worker_wall_ns, v.blocking_polls, v.blocking_ns, v.longest_ns, v.blocking_percent,
	(SELECT count(*) FROM site AS s WHERE s.capture = c.id) AS sites,
	(SELECT count(*) FROM mark AS m WHERE m.capture = c.id) AS marks,
	v.level AS verdict, v.sentence
FROM capture AS c
JOIN verdict AS v ON v.capture = c.id
LEFT JOIN lost AS l ON l.capture = c.id
ORDER BY c.start_realtime_ns, c.id;
