-- Who ended the waits of each site? share is of the time of its sleeps.
--
-- A waker that is a thread but has no stack that names it has the function NULL; what the kernel
-- itself ended (timers, disks) has no row.
CREATE VIEW site_waker AS
WITH whole AS MATERIALIZED (
	SELECT site, sum(wall_ns) AS wall_ns
	FROM slice NOT INDEXED
	WHERE offcpu_span IS NOT NULL
	GROUP BY site
), waker AS MATERIALIZED (
	SELECT s.site, o.waker_stack AS stack, sum(s.wall_ns) AS wall_ns, count(*) AS count
	FROM slice AS s NOT INDEXED
	CROSS JOIN offcpu_span AS o ON o.id = s.offcpu_span
	WHERE o.waker_tid IS NOT NULL
	GROUP BY s.site, o.waker_stack
)
SELECT t.capture, l.site, f.site AS function, f.file, f.line, sum(l.wall_ns) AS wall_ns,
	sum(l.count) AS count, 1.0 * sum(l.wall_ns) / max(h.wall_ns) AS share
FROM waker AS l
JOIN whole AS h ON h.site = l.site
JOIN site AS t ON t.id = l.site
LEFT JOIN waker_frame AS w ON w.stack = l.stack
LEFT JOIN frame AS f ON f.id = w.frame
GROUP BY l.site, f.site, f.file, f.line;
