-- At which lines did each site block, the one with the most time first (rank 1)?
CREATE VIEW site_line AS
WITH per_frame AS MATERIALIZED (
	SELECT site, frame, sum(wall_ns) AS wall_ns FROM site_time GROUP BY site, frame
), per_line AS (
	SELECT t.capture, p.site, f.file, f.line, f.decl_file, f.decl_line, f.origin,
		sum(p.wall_ns) AS wall_ns
	FROM per_frame AS p
	JOIN site AS t ON t.id = p.site
	LEFT JOIN frame AS f ON f.id = p.frame
	GROUP BY p.site, f.file, f.line
)
SELECT capture, site, file, line, decl_file, decl_line, origin, wall_ns,
	row_number() OVER (PARTITION BY site ORDER BY wall_ns DESC, file, line) AS rank
FROM per_line;
