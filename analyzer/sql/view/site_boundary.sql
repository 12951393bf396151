-- Through which boundaries did async code come to each site, the one with the most time first (rank
-- 1)? The boundary is the first synchronous function of the user's on the stack: the call to put
-- into spawn_blocking.
CREATE VIEW site_boundary AS
WITH per_line AS (
	SELECT h.capture, h.site, f.site AS function, f.file, f.line,
		sum(h.blocked_ns) AS blocked_ns
	FROM site_stack AS h
	JOIN stack AS k ON k.id = h.stack
	JOIN frame AS f ON f.id = k.boundary_frame
	GROUP BY h.site, f.site, f.file, f.line
), per_function AS (
	SELECT capture, site, function, file, line, blocked_ns,
		sum(blocked_ns) OVER (PARTITION BY site, function) AS function_ns,
		row_number() OVER (PARTITION BY site, function
			ORDER BY blocked_ns DESC, file, line) AS line_rank
	FROM per_line
)
SELECT capture, site, function, file, line, function_ns AS blocked_ns,
	row_number() OVER (PARTITION BY site ORDER BY function_ns DESC, function) AS rank
FROM per_function
WHERE line_rank = 1;
