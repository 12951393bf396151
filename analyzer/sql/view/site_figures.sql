-- How often, how long did each site block? Percentiles (nearest rank) are over the sums per span.
CREATE VIEW site_figures AS
WITH whole AS MATERIALIZED (
	SELECT p.site, count(*) AS count, sum(p.wall_ns) AS total_ns, sum(p.run_queue_ns) AS run_queue_ns,
		max(p.wall_ns) AS max_ns, sum(b.open) AS open_count,
		min(b.bounds) AS first_bounds, max(b.bounds) AS last_bounds,
		total(CASE WHEN b.bounds = 'upper' THEN p.wall_ns END) AS upper_ns
	FROM site_poll AS p
	JOIN blocking_poll AS b ON b.id = p.blocking_poll
	GROUP BY p.site
), ranked AS (
	SELECT site, wall_ns, row_number() OVER (PARTITION BY site ORDER BY wall_ns) AS rank
	FROM site_poll
), percentile AS MATERIALIZED (
	SELECT r.site,
		max(CASE WHEN r.rank = (w.count * 50 + 99) / 100 THEN r.wall_ns END) AS p50_ns,
		max(CASE WHEN r.rank = (w.count * 99 + 99) / 100 THEN r.wall_ns END) AS p99_ns
	FROM ranked AS r
	JOIN whole AS w ON w.site = r.site
	WHERE r.rank IN ((w.count * 50 + 99) / 100, (w.count * 99 + 99) / 100)
	GROUP BY r.site
)
SELECT s.capture, w.site, w.count, w.total_ns, w.run_queue_ns, p.p50_ns, p.p99_ns, w.max_ns, w.open_count,
	CASE WHEN w.first_bounds = w.last_bounds THEN w.first_bounds ELSE 'mixed' END AS bounds,
	2 * w.upper_ns > w.total_ns AS at_most
FROM whole AS w
JOIN percentile AS p ON p.site = w.site
JOIN site AS s ON s.id = w.site;
