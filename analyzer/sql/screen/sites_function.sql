-- Which functions blocked the workers in the window? last_ns: when the last such poll ended.
WITH last AS MATERIALIZED (
	SELECT p.function_site AS site, max(b.end_ns) AS last_ns
	FROM function_poll AS p
	JOIN blocking_poll AS b ON b.id = p.blocking_poll
	GROUP BY p.function_site
)
SELECT f.function AS name, f.file, f.line, f.causes, f.cause, f.count, f.total_ns, f.p99_ns,
	f.max_ns, l.last_ns, f.open_count, f.at_most, f.tasks, f.site, f.crate
FROM blocking_functions AS f
LEFT JOIN last AS l ON l.site = f.site
WHERE f.capture = :capture
ORDER BY f.unknown, f.total_ns DESC, f.function, f.site;
