-- In which tasks did each site block, for how long?
CREATE VIEW site_task AS
SELECT b.capture, p.site, b.task, count(*) AS count, sum(p.blocked_ns) AS blocked_ns
FROM site_poll AS p
JOIN blocking_poll AS b ON b.id = p.blocking_poll
WHERE b.task IS NOT NULL
GROUP BY p.site, b.task;
