-- What did each blocking poll count for: all blocking, its sites, its task, its worker? A worker's
-- name is its rank; 1 was blocked the most. What blocked the main future counts for its sites only.
--
-- Time spent waiting for a CPU is left out: it depends on the machine more than on the code, and
-- differs most between two recordings of the same code.
WITH ranked AS (
	SELECT thread, rank
	FROM workers
	WHERE capture = :capture
), part AS (
	SELECT 'all' AS kind, '' AS crate, '' AS name, '' AS cause, id AS blocking_poll,
		blocked_ns AS wall_ns
	FROM blocking_poll
	WHERE capture = :capture AND NOT main
	UNION ALL
	SELECT CASE WHEN s.main THEN 'main' ELSE 'site' END, coalesce(s.crate, ''), s.function,
		s.cause, p.blocking_poll,
		p.blocked_ns
	FROM site_poll AS p
	JOIN site AS s ON s.id = p.site
	WHERE p.capture = :capture
	UNION ALL
	SELECT 'task', '', task, '', id, blocked_ns
	FROM blocking_poll
	WHERE capture = :capture AND task IS NOT NULL
	UNION ALL
	SELECT 'worker', '', CAST(r.rank AS TEXT), '', b.id, b.blocked_ns
	FROM blocking_poll AS b
	JOIN ranked AS r ON r.thread = b.thread
	WHERE b.capture = :capture AND NOT b.main
)
SELECT p.kind, p.crate, p.name, p.cause,
	max(0, min(b.start_ns, c.end_ns - 1) - c.start_ns) AS start_ns,
	max(1, min(b.end_ns, c.end_ns) - c.start_ns) AS end_ns,
	p.wall_ns
FROM part AS p
JOIN blocking_poll AS b ON b.id = p.blocking_poll
JOIN chosen_time AS c ON c.capture = b.capture;
