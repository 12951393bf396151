-- Which outermost functions of the user's led to each site, the one with the most time first (rank
-- 1)?
CREATE VIEW site_entry AS
WITH per_stack AS MATERIALIZED (
	SELECT site, stack, sum(blocked_ns) AS blocked_ns FROM site_time GROUP BY site, stack
), per_entry AS (
	SELECT t.capture, p.site, f.site AS function, sum(p.blocked_ns) AS blocked_ns,
		max(f.id) AS frame
	FROM per_stack AS p
	JOIN site AS t ON t.id = p.site
	JOIN stack AS k ON k.id = p.stack
	JOIN frame AS f ON f.id = k.entry_frame
	GROUP BY p.site, f.site
)
SELECT capture, site, function, frame, blocked_ns,
	row_number() OVER (PARTITION BY site ORDER BY blocked_ns DESC, function) AS rank
FROM per_entry;
