-- At which lines did each site block, the one with the most time first (rank 1)?
CREATE VIEW site_line AS
WITH per_line AS (
	SELECT s.capture, s.site, f.file, f.line, f.decl_file, f.decl_line, f.origin,
		sum(s.wall_ns) AS wall_ns
	FROM slice AS s
	LEFT JOIN frame AS f ON f.id = s.frame
	GROUP BY s.site, f.file, f.line
)
SELECT capture, site, file, line, decl_file, decl_line, origin, wall_ns,
	row_number() OVER (PARTITION BY site ORDER BY wall_ns DESC, file, line) AS rank
FROM per_line;
