-- How long were the parts of blocking polls at each site, and the blocking polls of each task?
WITH bound (low_ns, high_ns) AS (VALUES
	(0, 1000000), (1000000, 2000000), (2000000, 5000000), (5000000, 10000000),
	(10000000, 20000000), (20000000, 50000000), (50000000, 100000000),
	(100000000, 200000000), (200000000, 500000000), (500000000, 1000000000),
	(1000000000, 2000000000), (2000000000, 5000000000), (5000000000, 9223372036854775807)
), length AS (
	SELECT site, NULL AS task, blocked_ns AS ns
	FROM site_poll
	WHERE capture = :capture
	UNION ALL
	SELECT NULL, coalesce(task, ''), blocked_ns
	FROM blocking_poll
	WHERE capture = :capture AND NOT main
)
SELECT l.site, l.task, b.low_ns, count(*) AS polls
FROM length AS l
JOIN bound AS b ON l.ns >= b.low_ns AND l.ns < b.high_ns
GROUP BY l.site, l.task, b.low_ns
ORDER BY l.site, l.task, b.low_ns;
