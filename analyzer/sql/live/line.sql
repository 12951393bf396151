-- The window in one line: the verdict, and the function that blocked the most.
SELECT v.level, v.sentence, v.blocking_polls, v.blocking_ns, f.function, f.file, f.line,
	coalesce(f.causes, f.cause) AS causes, f.rest
FROM verdict AS v
LEFT JOIN (SELECT * FROM blocking_functions WHERE capture = :capture AND NOT unknown
	ORDER BY total_ns DESC, function, site LIMIT 1) AS f
WHERE v.capture = :capture;
