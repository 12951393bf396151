-- Which looks are in the chosen time, on the chosen workers, and saw what was chosen?
INSERT INTO temp.sample
SELECT r.*
FROM filter AS l
JOIN main.sample AS r ON r.capture = l.capture
LEFT JOIN stack AS k ON k.id = r.user_stack
WHERE r.time_ns < coalesce(l.to_ns, 9223372036854775807) AND r.time_ns >= coalesce(l.from_ns, 0)
	AND (l.worker IS NULL OR r.thread IN (SELECT thread FROM temp.filter_thread))
	AND (l.task IS NULL OR fits(l.task, k.task))
	AND (l.cause IS NULL OR instr(',' || l.cause || ',', ',' || r.cause || ','))
	AND (l.site IS NULL OR r.user_stack IN (SELECT s.stack FROM filter AS g
		JOIN main.slice AS s ON s.site = g.site))
	AND (l.match IS NULL OR r.user_stack IN (SELECT stack FROM temp.filter_stack));
