-- When did each worker use its CPU, and when was it blocked? The time looked at in 120 columns.
--
-- CPU time is spread evenly over its window; blocking polls lie where they were. One that was seen
-- before all was watched, where a capture begins, is drawn as it is counted.
CREATE VIEW activity AS
WITH RECURSIVE reached AS (
	SELECT capture, min(start_ns) AS start_ns, max(end_ns) AS end_ns
	FROM blocking_poll
	GROUP BY capture
), chosen AS (
	SELECT c.id AS capture,
		coalesce(l.from_ns, min(c.start_ns, coalesce(r.start_ns, c.start_ns))) AS from_ns,
		coalesce(l.to_ns, max(c.end_ns, coalesce(r.end_ns, c.end_ns))) AS to_ns
	FROM capture AS c
	JOIN filter AS l ON l.capture = c.id
	LEFT JOIN reached AS r ON r.capture = c.id
), looked_at AS (
	SELECT capture, from_ns, max(to_ns - from_ns, 120) AS length_ns
	FROM chosen
), seen AS (
	SELECT w.capture, w.thread, w.start_ns, w.end_ns, w.cpu_ns, 0 AS blocked
	FROM thread_window AS w
	JOIN worker AS k ON k.thread = w.thread
	WHERE w.cpu_ns > 0
	UNION ALL
	SELECT capture, thread, start_ns, end_ns, wall_ns, 1 FROM blocking_poll
), placed AS (
	SELECT s.thread, s.blocked, s.cpu_ns AS ns, s.end_ns - s.start_ns AS wall_ns,
		max(s.start_ns, a.from_ns) - a.from_ns AS start_ns,
		min(s.end_ns, a.from_ns + a.length_ns) - a.from_ns AS end_ns, a.length_ns
	FROM seen AS s
	JOIN looked_at AS a ON a.capture = s.capture
	WHERE s.start_ns < a.from_ns + a.length_ns AND s.end_ns > a.from_ns
), part AS (
	SELECT thread, blocked, ns, wall_ns, start_ns, end_ns, length_ns,
		start_ns * 120 / length_ns AS place
	FROM placed
	UNION ALL
	SELECT thread, blocked, ns, wall_ns, start_ns, end_ns, length_ns, place + 1
	FROM part
	WHERE place < 119 AND (place + 1) * length_ns / 120 < end_ns
), summed AS (
	SELECT thread, place,
		total(CASE WHEN NOT blocked THEN 1.0 * ns * (min(end_ns, (place + 1) * length_ns / 120)
			- max(start_ns, place * length_ns / 120)) / wall_ns END) AS cpu_ns,
		total(CASE WHEN blocked THEN 1.0 * ns * (min(end_ns, (place + 1) * length_ns / 120)
			- max(start_ns, place * length_ns / 120)) / wall_ns END) AS blocked_ns
	FROM part
	GROUP BY thread, place
), every AS (
	SELECT 0 AS place UNION ALL SELECT place + 1 FROM every WHERE place < 119
)
SELECT k.capture, k.thread, e.place,
	a.from_ns + e.place * a.length_ns / 120 AS start_ns,
	a.from_ns + (e.place + 1) * a.length_ns / 120 AS end_ns,
	CAST(round(coalesce(max(s.cpu_ns, 0), 0)) AS INTEGER) AS cpu_ns,
	CAST(round(coalesce(max(s.blocked_ns, 0), 0)) AS INTEGER) AS blocked_ns
FROM worker AS k
JOIN looked_at AS a ON a.capture = k.capture
JOIN every AS e
LEFT JOIN summed AS s ON s.thread = k.thread AND s.place = e.place;
