-- Through which outermost function of the user's did each site's time come, the most time first?
CREATE VIEW site_entry AS
WITH per_entry AS (
	SELECT s.capture, s.site, f.site AS function, f.file, f.decl_line,
		sum(s.wall_ns) AS wall_ns, max(f.id) AS frame
	FROM slice AS s
	JOIN stack AS k ON k.id = s.stack
	JOIN frame AS f ON f.id = k.entry_frame
	GROUP BY s.site, f.site
)
SELECT capture, site, function, frame, wall_ns,
	row_number() OVER (PARTITION BY site ORDER BY wall_ns DESC, function) AS rank
FROM per_entry;
