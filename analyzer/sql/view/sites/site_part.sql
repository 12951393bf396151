-- Which of the user's functions, beside the one that names a site, are on its stacks?
--
-- part `boundary`: the first synchronous one, the call to put into spawn_blocking. part `leaf`: the
-- innermost one, which did the work or waited. Of each part the one with the most time first (rank
-- 1), with its line with the most time; share is of the site's time with such a function.
CREATE VIEW site_part AS
WITH per_stack AS MATERIALIZED (
	SELECT h.capture, h.site, h.blocked_ns, k.boundary_frame, k.site_frame
	FROM site_stack AS h
	JOIN stack AS k ON k.id = h.stack
), per_frame AS (
	SELECT capture, site, 'boundary' AS part, boundary_frame AS frame, blocked_ns FROM per_stack
	UNION ALL
	SELECT capture, site, 'leaf', site_frame, blocked_ns FROM per_stack
), per_line AS (
	SELECT p.capture, p.site, p.part, f.site AS function, f.file, f.line,
		sum(p.blocked_ns) AS blocked_ns
	FROM per_frame AS p
	JOIN frame AS f ON f.id = p.frame
	GROUP BY p.site, p.part, f.site, f.file, f.line
), per_function AS (
	SELECT capture, site, part, function, file, line,
		sum(blocked_ns) OVER (PARTITION BY site, part, function) AS function_ns,
		sum(blocked_ns) OVER (PARTITION BY site, part) AS part_ns,
		row_number() OVER (PARTITION BY site, part, function
			ORDER BY blocked_ns DESC, file, line) AS line_rank
	FROM per_line
)
SELECT capture, site, part, function, file, line, function_ns AS blocked_ns,
	1.0 * function_ns / max(part_ns, 1) AS share,
	row_number() OVER (PARTITION BY site, part ORDER BY function_ns DESC, function) AS rank
FROM per_function
WHERE line_rank = 1;
