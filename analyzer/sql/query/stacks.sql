-- With which whole stacks did each site block? Outermost frame first, as flame graph tools take it.
SELECT s.function, s.cause, h.wall_ns,
	(SELECT group_concat(site, ';') FROM (SELECT f.site FROM stack_frame AS sf
		JOIN frame AS f ON f.id = sf.frame WHERE sf.stack = h.stack
		ORDER BY sf.position DESC)) AS stack
FROM site AS s
JOIN site_stack AS h ON h.site = s.id
WHERE s.capture = :capture
ORDER BY h.wall_ns DESC
LIMIT :top;
