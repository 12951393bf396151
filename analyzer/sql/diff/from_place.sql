-- At which line did each site block the most?
SELECT CASE WHEN s.main THEN 'main' ELSE 'site' END,
	coalesce(s.crate, ''), s.function, s.cause, l.file, l.line
FROM site AS s
JOIN site_line AS l ON l.site = s.id AND l.rank = 1
WHERE s.capture = :capture;
