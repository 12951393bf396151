-- Which part of which blocking poll belongs to which site?
--
-- (All columns in their order: SQLite needs no copy of each then.)
INSERT INTO slice
WITH key_site AS MATERIALIZED (
	SELECT p.key, p.stack, f.id AS frame, s.id AS site
	FROM part_keys(:capture) AS p
	LEFT JOIN stack AS k ON k.id = p.stack
	LEFT JOIN frame AS f ON f.id = (SELECT frame FROM site_of_stack AS o
		WHERE o.stack = p.stack AND o.cause = p.cause)
	JOIN site AS s ON s.capture = :capture AND s.crate IS f.crate
		AND s.function = coalesce(f.site, 'unknown') AND s.cause = p.cause
		AND s.main = coalesce(k.class = 'root', 0)
)
SELECT NULL, :capture, p.blocking_poll, e.site, e.stack, e.frame, p.offcpu_span, p.wall_ns,
	p.run_queue_ns, p.samples
FROM part_rows(:capture) AS p
CROSS JOIN key_site AS e ON e.key = p.key;
