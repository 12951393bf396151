-- Which stacks stand behind each site, the heaviest first?
CREATE VIEW site_stack AS
WITH per_stack AS (
	SELECT capture, site, stack, sum(wall_ns) AS wall_ns
	FROM site_time
	WHERE stack IS NOT NULL
	GROUP BY site, stack
)
SELECT capture, site, stack, wall_ns,
	row_number() OVER (PARTITION BY site ORDER BY wall_ns DESC, stack) AS rank
FROM per_stack;
