-- With which stacks did each site block, the one with the most time first (rank 1)? position: in
-- stack_frame, of the frame that names the site.
CREATE VIEW site_stack AS
WITH per_stack AS (
	SELECT site, stack, sum(blocked_ns) AS blocked_ns
	FROM site_time
	WHERE stack IS NOT NULL
	GROUP BY site, stack
)
SELECT s.capture, p.site, s.function, s.cause, p.stack,
	(SELECT position FROM site_of_stack AS o WHERE o.stack = p.stack AND o.cause = s.cause)
		AS position,
	p.blocked_ns,
	row_number() OVER (PARTITION BY p.site ORDER BY p.blocked_ns DESC, p.stack) AS rank
FROM per_stack AS p
JOIN site AS s ON s.id = p.site;
