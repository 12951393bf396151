-- Into which parts, by stack and cause, do blocking spans divide?
--
-- A sleep is one part. A span on the CPU is divided in proportion to its looks, by running sums, so
-- that the parts add up to the span.
CREATE VIEW blocking_part AS
WITH running AS (
	SELECT *,
		sum(looks) OVER parts AS upto,
		sum(looks) OVER (PARTITION BY blocking_poll) AS all_looks
	FROM blocking_look
	WINDOW parts AS (PARTITION BY blocking_poll ORDER BY cause, stack ROWS UNBOUNDED PRECEDING)
), part AS (
	SELECT b.capture, b.id AS blocking_poll, s.cause,
		CASE WHEN k.class = 'poll' THEN s.user_stack END AS stack,
		b.wall_ns, b.run_queue_ns, NULL AS looks
	FROM blocking_poll AS b
	JOIN offcpu_span AS s ON s.id = b.offcpu_span
	LEFT JOIN stack AS k ON k.id = s.user_stack
	UNION ALL
	SELECT capture, blocking_poll, cause, stack,
		wall_ns / all_looks * upto + wall_ns % all_looks * upto / all_looks
		- wall_ns / all_looks * (upto - looks)
		- wall_ns % all_looks * (upto - looks) / all_looks,
		run_queue_ns / all_looks * upto + run_queue_ns % all_looks * upto / all_looks
		- run_queue_ns / all_looks * (upto - looks)
		- run_queue_ns % all_looks * (upto - looks) / all_looks,
		looks
	FROM running
)
SELECT p.capture, p.blocking_poll, p.cause, p.stack, f.id AS frame,
	f.crate, coalesce(f.site, 'unknown') AS function,
	coalesce(f.origin, 'unknown') AS origin,
	p.wall_ns, p.run_queue_ns, p.looks
FROM part AS p
LEFT JOIN stack AS k ON k.id = p.stack
LEFT JOIN frame AS f ON f.id = k.site_frame;
