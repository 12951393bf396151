-- Which functions blocked the workers since the session began? Polls that have ended.
SELECT function AS name, file, line, cause AS causes, cause, count, total_ns, NULL AS p99_ns,
	max_ns, last_ns, 0 AS open_count, 0 AS at_most, NULL AS tasks, NULL AS site,
	nullif(crate, '') AS crate
FROM site_total
ORDER BY total_ns DESC, name, cause;
