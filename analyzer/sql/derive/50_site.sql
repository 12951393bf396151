-- At which sites did polls block? A site is (crate, function, cause), never a line.
--
-- The time of blocking polls is divided by stack and cause in analyzer/derive/blocking_divide.c.
INSERT INTO site (capture, crate, function, cause, origin)
SELECT :capture, f.crate, coalesce(f.site, 'unknown') AS function, p.cause,
	min(coalesce(f.origin, 'unknown'))
FROM part_keys(:capture) AS p
LEFT JOIN stack AS k ON k.id = p.stack
LEFT JOIN frame AS f ON f.id = k.site_frame
GROUP BY f.crate, coalesce(f.site, 'unknown'), p.cause
ORDER BY sum(p.wall_ns) DESC, coalesce(f.site, 'unknown'), p.cause;
