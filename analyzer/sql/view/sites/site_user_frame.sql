-- Which of the user's own functions are on the stack with the most time of each site?
--
-- From the outermost (position 0) to the one that the site is named after.
CREATE VIEW site_user_frame AS
SELECT h.capture, h.site,
	row_number() OVER (PARTITION BY h.site ORDER BY sf.position DESC) - 1 AS position,
	f.site AS function, f.file, f.line, f.inlined
FROM site_stack AS h
JOIN stack AS k ON k.id = h.stack
JOIN stack_frame AS sf ON sf.stack = h.stack
	AND sf.position BETWEEN h.position AND coalesce(k.entry_position, h.position)
JOIN frame AS f ON f.id = sf.frame
WHERE h.rank = 1 AND f.origin = 'user' AND NOT f.generated;
