-- At which sites did polls block? A site is (crate, function, cause), never a line.
INSERT INTO site (capture, crate, function, cause, origin)
SELECT capture, crate, function, cause, min(origin)
FROM temp.part
GROUP BY crate, function, cause
ORDER BY sum(wall_ns) DESC, function, cause;
