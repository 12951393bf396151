-- Does --match fit anything that was seen, blocking or not?
SELECT EXISTS (SELECT 1 FROM temp.filter_stack)
	OR EXISTS (SELECT 1 FROM filter AS l JOIN main.site AS s ON s.capture = l.capture
		AND s.function REGEXP l.match)
	OR EXISTS (SELECT 1 FROM filter AS l JOIN main.blocking_poll AS b ON b.capture = l.capture
		AND b.task REGEXP l.match);
