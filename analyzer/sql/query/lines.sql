-- At which lines did each site block?
SELECT site, function, cause, file, line, wall_ns
FROM site_line
WHERE capture = :capture
ORDER BY site, rank
LIMIT :top;
