-- Who ended the waits of each site? share is of the time of its sleeps.
--
-- A waker that is a thread but has no stack that names it has the function NULL; what the kernel
-- itself ended (timers, disks) has no row.
CREATE VIEW site_waker AS
WITH whole AS MATERIALIZED (
	SELECT site, sum(wall_ns) AS wall_ns
	FROM site_time
	WHERE slept
	GROUP BY site
), waker AS MATERIALIZED (
	SELECT site, waker_stack AS stack, sum(wall_ns) AS wall_ns, sum(count) AS count
	FROM site_time
	WHERE woken
	GROUP BY site, waker_stack
)
SELECT t.capture, l.site, f.site AS function, f.file, f.line, sum(l.wall_ns) AS wall_ns,
	sum(l.count) AS count, 1.0 * sum(l.wall_ns) / max(h.wall_ns) AS share
FROM waker AS l
JOIN whole AS h ON h.site = l.site
JOIN site AS t ON t.id = l.site
LEFT JOIN waker_frame AS w ON w.stack = l.stack
LEFT JOIN frame AS f ON f.id = w.frame
GROUP BY l.site, f.site, f.file, f.line;
