-- Which files have the functions that blocked the workers in the window?
WITH listed AS MATERIALIZED (
	SELECT f.site, coalesce(l.file, 'unknown') AS file, s.cause, f.total_ns, f.open_count,
		f.at_most
	FROM site_figures AS f
	JOIN site AS s ON s.id = f.site
	LEFT JOIN (SELECT site, file FROM site_line WHERE rank = 1) AS l ON l.site = f.site
	WHERE s.capture = :capture AND NOT s.main
), part AS MATERIALIZED (
	SELECT l.file, p.blocking_poll, sum(p.blocked_ns) AS blocked_ns
	FROM listed AS l
	JOIN site_poll AS p ON p.site = l.site
	GROUP BY l.file, p.blocking_poll
), caused AS (
	SELECT file, group_concat(cause, ', ') AS causes, sum(open_count) AS open_count,
		max(at_most) AS at_most
	FROM (SELECT file, cause, sum(total_ns) AS total_ns, sum(open_count) AS open_count,
			max(at_most) AS at_most
		FROM listed GROUP BY file, cause ORDER BY file, 3 DESC)
	GROUP BY file
)
SELECT p.file AS name, NULL AS file, NULL AS line, c.causes, c.causes AS cause, count(*) AS count,
	sum(p.blocked_ns) AS total_ns, NULL AS p99_ns, max(p.blocked_ns) AS max_ns,
	max(b.end_ns) AS last_ns, c.open_count, c.at_most, NULL AS tasks, NULL AS site,
	NULL AS crate
FROM part AS p
JOIN blocking_poll AS b ON b.id = p.blocking_poll
JOIN caused AS c ON c.file = p.file
GROUP BY p.file
ORDER BY total_ns DESC, name;
