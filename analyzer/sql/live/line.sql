-- The window in one line: the verdict, and the function that blocked the most.
SELECT v.level, v.sentence, v.blocking_polls, v.blocking_ns, s.function, l.file, l.line,
	s.cause AS causes
FROM verdict AS v
LEFT JOIN (SELECT function_site, function_ns FROM site_function
	WHERE capture = :capture AND site = function_site
	ORDER BY function_ns DESC, function_site LIMIT 1) AS f
LEFT JOIN site AS s ON s.id = f.function_site
LEFT JOIN (SELECT site, file, line FROM site_line WHERE rank = 1) AS l
	ON l.site = f.function_site
WHERE v.capture = :capture;
