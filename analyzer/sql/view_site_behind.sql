-- How many tasks stood ready behind the polls of each site, in their worker's own queue?
--
-- As often as it was read during them. No row: it was never read.
CREATE VIEW site_behind AS
WITH held AS (
	SELECT site, blocking_poll FROM slice GROUP BY blocking_poll, site
)
SELECT b.capture, h.site, sum(p.ready_looks) AS looks, 1.0 * sum(p.ready_sum) / sum(p.ready_looks) AS mean,
	max(p.ready_max) AS max
FROM held AS h
CROSS JOIN blocking_poll AS b ON b.id = h.blocking_poll
JOIN poll AS p ON p.id = b.poll
WHERE p.ready_looks > 0
GROUP BY h.site;
