-- Which functions blocked the workers in the window? Without what only the page of a site shows,
-- such as advice, whose search takes most of the time of function_summary. Below them, what blocked
-- the main future.
WITH figures AS MATERIALIZED (
	SELECT * FROM function_figures WHERE capture = :capture
), line AS MATERIALIZED (
	SELECT site, file, line FROM site_line WHERE rank = 1
), task AS MATERIALIZED (
	SELECT site, group_concat(task, ', ') AS tasks
	FROM (SELECT site, task FROM site_task ORDER BY site, task)
	GROUP BY site
)
SELECT s.function || CASE WHEN s.main THEN ' (main future)' ELSE '' END AS name, l.file, l.line,
	w.causes, s.cause, w.count, w.total_ns, w.p99_ns, w.max_ns, w.last_ns, w.open_count,
	w.at_most, t.tasks, w.site, s.crate
FROM figures AS w
JOIN site AS s ON s.id = w.site
LEFT JOIN line AS l ON l.site = w.site
LEFT JOIN task AS t ON t.site = w.site
ORDER BY s.main, s.function = 'unknown' AND s.origin = 'unknown', w.total_ns DESC, s.function,
	w.site;
