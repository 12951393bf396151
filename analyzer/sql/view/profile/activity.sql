-- When did each worker use its CPU, and when was it blocked? The chosen time in columns of equal
-- length.
--
-- CPU time is spread evenly over its window; blocking polls lie where they were. One that began
-- before the capture lengthens the time that is drawn.
CREATE VIEW activity AS
WITH RECURSIVE reached AS (
	SELECT capture, min(start_ns) AS start_ns, max(end_ns) AS end_ns
	FROM blocking_poll
	WHERE NOT main
	GROUP BY capture
), chosen AS (
	SELECT c.id AS capture,
		coalesce(l.from_ns, min(c.start_ns, coalesce(r.start_ns, c.start_ns))) AS from_ns,
		coalesce(l.to_ns, max(c.end_ns, coalesce(r.end_ns, c.end_ns))) AS to_ns
	FROM capture AS c
	JOIN filter AS l ON l.capture = c.id
	LEFT JOIN reached AS r ON r.capture = c.id
), divided AS (
	SELECT h.capture, h.from_ns, max(h.to_ns - h.from_ns, k.activity_columns) AS length_ns,
		k.activity_columns AS columns
	FROM chosen AS h JOIN constant AS k
), seen AS (
	SELECT w.capture, w.thread, w.start_ns, w.end_ns, w.cpu_ns, 0 AS blocked
	FROM thread_window AS w
	JOIN worker AS k ON k.thread = w.thread
	WHERE w.cpu_ns > 0
	UNION ALL
	SELECT capture, thread, start_ns, end_ns, blocked_ns, 1
	FROM blocking_poll
	WHERE NOT main
), placed AS (
	SELECT s.thread, s.blocked, s.cpu_ns AS ns, s.end_ns - s.start_ns AS wall_ns,
		max(s.start_ns, a.from_ns) - a.from_ns AS start_ns,
		min(s.end_ns, a.from_ns + a.length_ns) - a.from_ns AS end_ns, a.length_ns, a.columns
	FROM seen AS s
	JOIN divided AS a ON a.capture = s.capture
	WHERE s.start_ns < a.from_ns + a.length_ns AND s.end_ns > a.from_ns
), part AS (
	SELECT *, start_ns * columns / length_ns AS place
	FROM placed
	UNION ALL
	SELECT thread, blocked, ns, wall_ns, start_ns, end_ns, length_ns, columns, place + 1
	FROM part
	WHERE place + 1 < columns AND (place + 1) * length_ns / columns < end_ns
), summed AS (
	SELECT thread, place,
		total(CASE WHEN NOT blocked THEN 1.0 * ns * covered_ns / wall_ns END) AS cpu_ns,
		total(CASE WHEN blocked THEN 1.0 * ns * covered_ns / wall_ns END) AS blocked_ns
	FROM (SELECT *, min(end_ns, (place + 1) * length_ns / columns)
			- max(start_ns, place * length_ns / columns) AS covered_ns
		FROM part)
	GROUP BY thread, place
), every AS (
	SELECT 0 AS place, activity_columns AS columns FROM constant
	UNION ALL
	SELECT place + 1, columns FROM every WHERE place + 1 < columns
)
SELECT k.capture, k.thread, e.place,
	a.from_ns + e.place * a.length_ns / a.columns AS start_ns,
	a.from_ns + (e.place + 1) * a.length_ns / a.columns AS end_ns,
	CAST(round(coalesce(max(s.cpu_ns, 0), 0)) AS INTEGER) AS cpu_ns,
	CAST(round(coalesce(max(s.blocked_ns, 0), 0)) AS INTEGER) AS blocked_ns
FROM worker AS k
JOIN divided AS a ON a.capture = k.capture
JOIN every AS e
LEFT JOIN summed AS s ON s.thread = k.thread AND s.place = e.place;
