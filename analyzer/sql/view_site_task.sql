-- In which tasks did each site block, for how long?
CREATE VIEW site_task AS
WITH per_poll AS (
	SELECT blocking_poll, site, sum(wall_ns) AS wall_ns
	FROM slice
	GROUP BY blocking_poll, site
)
SELECT b.capture, p.site, b.task, count(*) AS count, sum(p.wall_ns) AS wall_ns
FROM per_poll AS p
CROSS JOIN blocking_poll AS b ON b.id = p.blocking_poll
WHERE b.task IS NOT NULL
GROUP BY p.site, b.task;
