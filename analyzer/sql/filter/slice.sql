-- Which slices of the chosen blocking polls are of the chosen site and cause, and match --match?
INSERT INTO temp.slice
SELECT r.id, r.capture, r.blocking_poll, r.site, r.stack, r.frame, r.offcpu_span, r.wall_ns,
	r.run_queue_ns, r.samples
FROM filter AS l
JOIN main.slice AS r ON r.capture = l.capture
JOIN temp.blocking_poll AS b ON b.id = r.blocking_poll
JOIN main.site AS s ON s.id = r.site
WHERE (l.site IS NULL OR s.id = l.site)
	AND (l.cause IS NULL OR instr(',' || l.cause || ',', ',' || s.cause || ','))
	AND (l.match IS NULL OR s.function REGEXP l.match OR b.task REGEXP l.match
		OR r.stack IN (SELECT stack FROM temp.filter_stack));
