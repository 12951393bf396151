-- Adds the blocking polls that ended after :from and until :to to the sums of their sites.
INSERT INTO site_total (function, crate, cause, file, line, count, total_ns, max_ns, last_ns)
SELECT s.function, coalesce(s.crate, ''), s.cause, max(f.file), max(f.line), count(*),
	sum(p.blocked_ns), max(p.blocked_ns), max(p.end_ns)
FROM (
	SELECT l.site, l.blocking_poll, min(l.frame) AS frame,
		sum(l.blocked_ns) AS blocked_ns, max(b.end_ns) AS end_ns
	FROM blocking_poll AS b
	JOIN slice AS l ON l.blocking_poll = b.id
	WHERE b.capture = :capture AND b.end_ns > :from AND b.end_ns <= :to AND NOT b.open
		AND NOT b.main
	GROUP BY l.site, l.blocking_poll
) AS p
JOIN site AS s ON s.id = p.site
LEFT JOIN frame AS f ON f.id = p.frame
WHERE true
GROUP BY s.id
ON CONFLICT DO UPDATE SET count = count + excluded.count,
	total_ns = total_ns + excluded.total_ns, max_ns = max(max_ns, excluded.max_ns),
	last_ns = max(last_ns, excluded.last_ns), file = coalesce(excluded.file, file),
	line = coalesce(excluded.line, line);
