-- How long did each subject block in each window, and how many times did it begin to?
--
-- A blocking poll that reaches over several windows is split.
INSERT INTO subject_window (subject, time_window, blocked_ns, starts)
WITH RECURSIVE part AS (
	SELECT b.subject, b.compared, b.start_ns, b.end_ns, b.wall_ns, c.windows,
		c.duration_ns / c.windows AS window_ns,
		min(b.start_ns / (c.duration_ns / c.windows), c.windows - 1) AS number, 1 AS first
	FROM block AS b
	JOIN compared AS c ON c.id = b.compared
	UNION ALL
	SELECT subject, compared, start_ns, end_ns, wall_ns, windows, window_ns, number + 1, 0
	FROM part
	WHERE number + 1 < windows AND window_ns * (number + 1) < end_ns
)
SELECT p.subject, w.id,
	sum(1.0 * p.wall_ns * max(0, min(p.end_ns, w.end_ns) - max(p.start_ns, w.start_ns))
		/ (p.end_ns - p.start_ns)),
	sum(p.first)
FROM part AS p
JOIN time_window AS w ON w.compared = p.compared AND w.number = p.number
GROUP BY p.subject, w.id;
