-- How much did each subject block on each side? Percentiles as in view percentile. worker_ns: the
-- time in which it could block; of the main future, which is one thread, all that was recorded.
INSERT INTO figure (subject, side, count, blocked_ns, worker_ns, seconds, p50_ns, p99_ns, max_ns)
WITH ranked AS (
	SELECT subject, side, wall_ns,
		row_number() OVER (PARTITION BY subject, side ORDER BY wall_ns) AS rank,
		count(*) OVER (PARTITION BY subject, side) AS blocks
	FROM block
), blocked AS (
	SELECT subject, side, count(*) AS count, sum(wall_ns) AS blocked_ns,
		min(CASE WHEN rank >= (blocks * 50 + 99) / 100 THEN wall_ns END) AS p50_ns,
		min(CASE WHEN rank >= (blocks * 99 + 99) / 100 THEN wall_ns END) AS p99_ns,
		max(wall_ns) AS max_ns
	FROM ranked
	GROUP BY subject, side
), watched AS (
	SELECT side, total(worker_wall_ns) AS worker_ns, total(duration_ns) / 1e9 AS seconds
	FROM compared
	GROUP BY side
), rank_watched AS (
	SELECT c.side, t.rank, total(t.wall_ns) AS worker_ns
	FROM worker_time AS t
	JOIN compared AS c ON c.id = t.compared
	GROUP BY c.side, t.rank
)
SELECT s.id, w.side, coalesce(b.count, 0), coalesce(b.blocked_ns, 0),
	CASE WHEN s.kind = 'main' THEN w.seconds * 1e9 ELSE coalesce(r.worker_ns, w.worker_ns) END,
	w.seconds, b.p50_ns, b.p99_ns, b.max_ns
FROM subject AS s
CROSS JOIN watched AS w
LEFT JOIN blocked AS b ON b.subject = s.id AND b.side = w.side
LEFT JOIN rank_watched AS r ON s.kind = 'worker' AND r.rank = CAST(s.name AS INTEGER)
	AND r.side = w.side;
