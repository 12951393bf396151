-- At which lines did each site block?
SELECT site, function, cause, file, line, blocked_ns
FROM site_line
WHERE capture = :capture
ORDER BY site, rank
LIMIT :top;
