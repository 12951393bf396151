-- In which tasks did each site block, for how long?
CREATE VIEW site_task AS
SELECT s.capture, s.site, b.task, count(DISTINCT b.id) AS count, sum(s.wall_ns) AS wall_ns
FROM slice AS s
JOIN blocking_poll AS b ON b.id = s.blocking_poll
WHERE b.task IS NOT NULL
GROUP BY s.site, b.task;
