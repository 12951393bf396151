-- At which lines did each site block, the one with the most time first (rank 1)?
CREATE VIEW site_line AS
WITH per_frame AS MATERIALIZED (
	SELECT site, frame, sum(blocked_ns) AS blocked_ns FROM site_time GROUP BY site, frame
), per_line AS (
	SELECT p.site, f.file, f.line, f.decl_file, f.decl_line, f.origin,
		sum(p.blocked_ns) AS blocked_ns
	FROM per_frame AS p
	LEFT JOIN frame AS f ON f.id = p.frame
	GROUP BY p.site, f.file, f.line
)
SELECT s.capture, p.site, s.function, s.cause, p.file, p.line, p.decl_file, p.decl_line, p.origin,
	p.blocked_ns,
	row_number() OVER (PARTITION BY p.site ORDER BY p.blocked_ns DESC, p.file, p.line) AS rank
FROM per_line AS p
JOIN site AS s ON s.id = p.site;
