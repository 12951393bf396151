-- At which sites did polls block? A site is (crate, function, cause), never a line.
--
-- The time of blocking polls is divided by stack and cause in analyzer/derive/blocking_divide.c.
INSERT INTO site (capture, crate, function, cause, origin)
SELECT :capture, f.crate, coalesce(f.site, 'unknown') AS function, p.cause,
	min(coalesce(f.origin, 'unknown'))
FROM part_keys(:capture) AS p
LEFT JOIN frame AS f ON f.id = (SELECT frame FROM site_of_stack AS o
	WHERE o.stack = p.stack AND o.cause = p.cause)
GROUP BY f.crate, coalesce(f.site, 'unknown'), p.cause
ORDER BY sum(p.wall_ns) DESC, coalesce(f.site, 'unknown'), p.cause;
