-- At which sites did polls block? A site is (crate, function, cause), never a line.
-- Those of the main future, whose stacks are of the class `root`, are sites of their own (main).
-- The one that blocked the most is the first, as reports list them.
--
-- The time of blocking polls is divided by stack and cause in analyzer/derive/blocking_divide.c.
INSERT INTO site (capture, crate, function, cause, origin, main)
SELECT :capture, f.crate, coalesce(f.site, 'unknown') AS function, p.cause,
	min(coalesce(f.origin, 'unknown')), coalesce(k.class = 'root', 0) AS main
FROM part_keys(:capture) AS p
LEFT JOIN stack AS k ON k.id = p.stack
LEFT JOIN frame AS f ON f.id = (SELECT frame FROM site_of_stack AS o
	WHERE o.stack = p.stack AND o.cause = p.cause)
GROUP BY main, f.crate, coalesce(f.site, 'unknown'), p.cause
ORDER BY main, sum(p.blocked_ns) DESC, coalesce(f.site, 'unknown'), p.cause;
