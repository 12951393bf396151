-- From when to when was each thread watched?
CREATE VIEW thread_watched AS
WITH bound AS (
	SELECT t.id, t.capture, t.exit_ns, s.first_ns, s.last_ns,
		(SELECT min(w.start_ns) FROM thread_window AS w WHERE w.thread = t.id) AS window_ns,
		(SELECT w.end_ns FROM thread_window AS w WHERE w.thread = t.id
			ORDER BY w.start_ns DESC LIMIT 1) AS window_end_ns
	FROM thread AS t
	LEFT JOIN thread_seen AS s ON s.thread = t.id
), seen AS (
	SELECT id, capture, exit_ns,
		min(coalesce(first_ns, window_ns), coalesce(window_ns, first_ns)) AS start_ns,
		max(coalesce(last_ns, window_end_ns), coalesce(window_end_ns, last_ns)) AS end_ns
	FROM bound
	WHERE first_ns IS NOT NULL OR window_ns IS NOT NULL
)
SELECT c.id AS capture, s.id AS thread,
	max(c.start_ns, s.start_ns) AS start_ns,
	max(c.start_ns, s.start_ns,
		min(c.end_ns, s.end_ns, coalesce(s.exit_ns, c.end_ns))) AS end_ns
FROM seen AS s
JOIN capture AS c ON c.id = s.capture;
