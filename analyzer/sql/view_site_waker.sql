-- Who ended the waits of each site? share is of the time of its sleeps.
--
-- A waker that is a thread but has no stack that names it has the function NULL; what the kernel
-- itself ended (timers, disks) has no row.
CREATE VIEW site_waker AS
WITH slept AS (
	SELECT s.capture, s.site, s.wall_ns, o.waker_tid, w.frame
	FROM slice AS s
	JOIN offcpu_span AS o ON o.id = s.offcpu_span
	LEFT JOIN waker_frame AS w ON w.stack = o.waker_stack
), whole AS (
	SELECT site, sum(wall_ns) AS wall_ns FROM slept GROUP BY site
)
SELECT l.capture, l.site, f.site AS function, f.file, f.line, sum(l.wall_ns) AS wall_ns,
	count(*) AS count, 1.0 * sum(l.wall_ns) / max(h.wall_ns) AS share
FROM slept AS l
JOIN whole AS h ON h.site = l.site
LEFT JOIN frame AS f ON f.id = l.frame
WHERE l.waker_tid IS NOT NULL
GROUP BY l.site, f.site, f.file, f.line;
