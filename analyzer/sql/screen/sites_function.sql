-- Which functions blocked the workers in the window? The figures of blocking_functions, without
-- what only the page of a site shows, such as advice, whose search takes most of its time. last_ns:
-- when the last such poll ended. Below them, what blocked the main future.
WITH named AS MATERIALIZED (
	SELECT site, function_site, function_ns FROM site_function WHERE capture = :capture
), whole AS MATERIALIZED (
	SELECT p.function_site AS site, count(*) AS count,
		sum(p.wall_ns - p.run_queue_ns) AS total_ns,
		max(p.wall_ns - p.run_queue_ns) AS max_ns, max(b.end_ns) AS last_ns
	FROM function_poll AS p
	JOIN blocking_poll AS b ON b.id = p.blocking_poll
	GROUP BY p.function_site
), cause AS (
	SELECT n.function_site AS site, s.cause, f.total_ns, f.open_count, f.at_most,
		1.0 * f.total_ns / max(n.function_ns, 1) AS share
	FROM named AS n
	JOIN site AS s ON s.id = n.site
	JOIN site_figures AS f ON f.site = n.site
), causes AS MATERIALIZED (
	SELECT site, group_concat(named, ', ') AS causes, sum(open_count) AS open_count,
		max(at_most) AS at_most
	FROM (SELECT site, open_count, at_most,
			CASE
			WHEN share >= 0.995 THEN cause
			WHEN share >= 0.005 THEN cause || printf(' %.0f%%', 100 * share)
			END AS named
		FROM cause ORDER BY site, total_ns DESC, cause)
	GROUP BY site
), line AS MATERIALIZED (
	SELECT site, file, line FROM site_line WHERE rank = 1
), task AS MATERIALIZED (
	SELECT site, group_concat(task, ', ') AS tasks FROM site_task GROUP BY site
), ranked AS MATERIALIZED (
	SELECT subject AS site, wall_ns AS p99_ns FROM percentile
	WHERE kind = 'function' AND percent = 99
)
SELECT s.function || CASE WHEN s.main THEN ' (main future)' ELSE '' END AS name, l.file, l.line,
	c.causes, s.cause, w.count, w.total_ns, r.p99_ns, w.max_ns, w.last_ns, c.open_count,
	c.at_most, t.tasks, w.site, s.crate
FROM whole AS w
JOIN site AS s ON s.id = w.site
JOIN causes AS c ON c.site = w.site
JOIN ranked AS r ON r.site = w.site
LEFT JOIN line AS l ON l.site = w.site
LEFT JOIN task AS t ON t.site = w.site
WHERE s.capture = :capture
ORDER BY s.main, s.function = 'unknown' AND s.origin = 'unknown', w.total_ns DESC, s.function,
	w.site;
