-- When did each worker use its CPU, and when was it blocked? A bar for each of :columns columns.
--
-- Drawn from the view activity, which a view cannot do: the number of columns is the reader's.
WITH wanted AS (
	SELECT activity_columns AS most,
		max(1, min(activity_columns, coalesce(:columns, 60))) AS columns
	FROM constant
), summed AS (
	SELECT a.thread, a.place * w.columns / w.most AS place, min(a.start_ns) AS start_ns,
		max(a.end_ns) AS end_ns, 1.0 * sum(a.cpu_ns) / sum(a.end_ns - a.start_ns) AS cpu,
		1.0 * sum(a.blocked_ns) / sum(a.end_ns - a.start_ns) AS blocked
	FROM activity AS a JOIN wanted AS w
	WHERE a.capture = :capture
	GROUP BY a.thread, a.place * w.columns / w.most
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
			ELSE substr('▁▂▃▄▅▆▇█', min(8, 1 + CAST(cpu * 8 AS INTEGER)), 1)
			END, '') OVER line AS cpu,
		group_concat(CASE WHEN blocked <= 0 THEN ' '
			ELSE substr('▁▂▃▄▅▆▇█', min(8, 1 + CAST(blocked * 8 AS INTEGER)), 1)
			END, '') OVER line AS blocked
	FROM whole
	WINDOW line AS (PARTITION BY thread ORDER BY place
		ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING)
)
SELECT w.tid, w.comm, d.cpu, d.blocked, d.column_ns,
	d.from_ns - (SELECT start_ns FROM capture WHERE id = :capture) AS from_ns
FROM drawn AS d
LEFT JOIN workers AS w ON w.thread = d.thread
WHERE d.place = 0
ORDER BY d.thread IS NOT NULL, w.rank
LIMIT :top;
