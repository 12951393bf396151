-- From when to when was each thread watched?
CREATE VIEW thread_watched AS
WITH seen AS (
	SELECT t.id, t.capture, t.exit_ns,
		min(coalesce(s.first_ns, w.start_ns), coalesce(w.start_ns, s.first_ns)) AS start_ns,
		max(coalesce(s.last_ns, w.end_ns), coalesce(w.end_ns, s.last_ns)) AS end_ns
	FROM thread AS t
	LEFT JOIN thread_summary AS s ON s.thread = t.id
	LEFT JOIN thread_totals AS w ON w.thread = t.id
	WHERE s.thread IS NOT NULL OR w.thread IS NOT NULL
)
SELECT c.id AS capture, s.id AS thread,
	max(c.start_ns, s.start_ns) AS start_ns,
	max(c.start_ns, s.start_ns,
		min(c.end_ns, s.end_ns, coalesce(s.exit_ns, c.end_ns))) AS end_ns
FROM seen AS s
JOIN capture AS c ON c.id = s.capture;
