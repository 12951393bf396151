-- Who ended the waits of each site (rank 1: the most of them)? share is of the site's time asleep.
--
-- waker NULL: another thread did, whose stack does not show which function. What the kernel itself
-- ended (timers, disks) has no row.
CREATE VIEW site_waker AS
WITH whole AS MATERIALIZED (
	SELECT site, sum(blocked_ns) AS blocked_ns
	FROM site_time
	WHERE slept
	GROUP BY site
), by_stack AS MATERIALIZED (
	SELECT site, waker_stack AS stack, sum(blocked_ns) AS blocked_ns, sum(count) AS count
	FROM site_time
	WHERE woken
	GROUP BY site, waker_stack
), waker AS (
	SELECT b.site, f.site AS waker, f.file, f.line, sum(b.blocked_ns) AS blocked_ns,
		sum(b.count) AS count
	FROM by_stack AS b
	LEFT JOIN waker_frame AS w ON w.stack = b.stack
	LEFT JOIN frame AS f ON f.id = w.frame
	GROUP BY b.site, f.site, f.file, f.line
)
SELECT s.capture, w.site, s.function, s.cause, w.waker, w.file, w.line, w.blocked_ns, w.count,
	1.0 * w.blocked_ns / h.blocked_ns AS share,
	row_number() OVER (PARTITION BY w.site ORDER BY w.blocked_ns DESC, w.waker, w.line) AS rank
FROM waker AS w
JOIN whole AS h ON h.site = w.site
JOIN site AS s ON s.id = w.site;
