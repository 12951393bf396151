-- How often, how long did each site block? Percentiles (nearest rank) are over the sums per span.
CREATE VIEW site_figures AS
WITH per_span AS (
	SELECT site, blocking_poll, sum(wall_ns) AS wall_ns, sum(run_queue_ns) AS run_queue_ns
	FROM slice
	GROUP BY site, blocking_poll
), ranked AS (
	SELECT p.*, b.bounds, b.open,
		row_number() OVER (PARTITION BY site ORDER BY p.wall_ns) AS rank,
		count(*) OVER (PARTITION BY site) AS spans
	FROM per_span AS p
	JOIN blocking_poll AS b ON b.id = p.blocking_poll
)
SELECT s.capture, r.site,
	count(*) AS count,
	sum(r.wall_ns) AS total_ns,
	sum(r.run_queue_ns) AS run_queue_ns,
	min(CASE WHEN r.rank >= (r.spans * 50 + 99) / 100 THEN r.wall_ns END) AS p50_ns,
	min(CASE WHEN r.rank >= (r.spans * 99 + 99) / 100 THEN r.wall_ns END) AS p99_ns,
	max(r.wall_ns) AS max_ns,
	sum(r.open) AS open_count,
	CASE WHEN min(r.bounds) = max(r.bounds) THEN min(r.bounds) ELSE 'mixed' END AS bounds,
	2 * sum(CASE WHEN r.bounds = 'upper' THEN r.wall_ns ELSE 0 END) > sum(r.wall_ns) AS at_most
FROM ranked AS r
JOIN site AS s ON s.id = r.site
GROUP BY r.site;
