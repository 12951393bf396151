-- At which lines did each site block?
SELECT l.site, s.function, s.cause, l.file, l.line, l.wall_ns
FROM site_line AS l
JOIN site AS s ON s.id = l.site
WHERE l.capture = :capture
ORDER BY l.site, l.rank
LIMIT :top;
