-- The window in one line: the verdict, and the function that blocked the most; that of the main
-- future where none blocked a worker.
SELECT v.level, v.sentence, s.function, l.file, l.line, s.cause AS causes
FROM verdict AS v
LEFT JOIN (SELECT n.function_site
	FROM site_function AS n
	JOIN site AS o ON o.id = n.site
	WHERE n.capture = :capture AND n.site = n.function_site
	ORDER BY o.main, n.function_ns DESC, n.function_site LIMIT 1) AS f
LEFT JOIN site AS s ON s.id = f.function_site
LEFT JOIN (SELECT site, file, line FROM site_line WHERE rank = 1) AS l
	ON l.site = f.function_site
WHERE v.capture = :capture;
