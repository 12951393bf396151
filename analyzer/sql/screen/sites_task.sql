-- Which tasks blocked the workers in the window?
WITH last AS MATERIALIZED (
	SELECT task, max(end_ns) AS last_ns, sum(open) AS open_count FROM blocking_poll
	WHERE capture = :capture AND NOT main
	GROUP BY task
)
SELECT coalesce(t.task, 'unknown') AS name, t.file, t.line, t.site_cause AS causes,
	t.site_cause AS cause, t.count, t.blocked_ns AS total_ns, t.p99_ns, t.max_ns, l.last_ns,
	l.open_count, t.at_most, t.task AS tasks, NULL AS site, NULL AS crate
FROM tasks AS t
JOIN last AS l ON l.task IS t.task
WHERE t.capture = :capture AND t.count > 0
ORDER BY t.blocked_ns DESC, name;
