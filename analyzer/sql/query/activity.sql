-- When did each worker use its CPU, and when was it blocked? Shares of :columns columns, as text.
WITH wanted AS (
	SELECT max(1, min(120, coalesce(:columns, 60))) AS columns
), summed AS (
	SELECT a.thread, a.place * w.columns / 120 AS place, min(a.start_ns) AS start_ns,
		max(a.end_ns) AS end_ns, 1.0 * sum(a.cpu_ns) / sum(a.end_ns - a.start_ns) AS cpu,
		1.0 * sum(a.blocked_ns) / sum(a.end_ns - a.start_ns) AS blocked
	FROM activity AS a JOIN wanted AS w
	WHERE a.capture = :capture
	GROUP BY a.thread, a.place * w.columns / 120
), whole AS (
	SELECT NULL AS thread, place, avg(cpu) AS cpu, avg(blocked) AS blocked,
		min(start_ns) AS start_ns, max(end_ns) AS end_ns
	FROM summed GROUP BY place
	UNION ALL
	SELECT thread, place, cpu, blocked, start_ns, end_ns FROM summed
), drawn AS (
	SELECT thread, place, min(start_ns) OVER line AS from_ns,
		(max(end_ns) OVER line - min(start_ns) OVER line) / count(*) OVER line AS column_ns,
		group_concat(CASE WHEN cpu < 0.005 THEN ' '
			ELSE substr('▁▂▃▄▅▆▇█', min(8, 1 + CAST(cpu * 8 AS INTEGER)), 1) END, '')
			OVER line AS cpu,
		group_concat(CASE WHEN blocked <= 0 THEN ' '
			ELSE substr('▁▂▃▄▅▆▇█', min(8, 1 + CAST(blocked * 8 AS INTEGER)), 1) END, '')
			OVER line AS blocked
	FROM whole
	WINDOW line AS (PARTITION BY thread ORDER BY place
		ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING)
)
SELECT t.tid, t.comm, d.cpu, d.blocked, d.column_ns,
	d.from_ns - (SELECT start_ns FROM capture WHERE id = :capture) AS from_ns
FROM drawn AS d
LEFT JOIN thread AS t ON t.id = d.thread
LEFT JOIN worker AS k ON k.thread = d.thread
WHERE d.place = 0
ORDER BY d.thread IS NOT NULL, k.blocking_ns DESC, k.wall_ns DESC, t.tid
LIMIT :top;
