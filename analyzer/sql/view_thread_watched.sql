-- From when to when was each thread watched?
CREATE VIEW thread_watched AS
WITH bound AS (
	SELECT thread, min(start_ns) AS start_ns, max(end_ns) AS end_ns FROM evidence GROUP BY thread
	UNION ALL
	SELECT thread, min(start_ns), max(end_ns) FROM thread_window GROUP BY thread
)
SELECT t.capture, t.id AS thread,
	max(c.start_ns, min(b.start_ns)) AS start_ns,
	max(c.start_ns, min(b.start_ns),
		min(c.end_ns, max(b.end_ns), coalesce(t.exit_ns, c.end_ns))) AS end_ns
FROM bound AS b
JOIN thread AS t ON t.id = b.thread
JOIN capture AS c ON c.id = t.capture
GROUP BY t.id;
