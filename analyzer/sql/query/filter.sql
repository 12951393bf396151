-- Which part of the capture is looked at? Times are since its start; all NULL: all of it.
SELECT l.from_ns - c.start_ns AS from_ns, l.to_ns - c.start_ns AS to_ns, l.worker, l.task, l.cause,
	l.match, l.min_ns, l.site
FROM filter AS l
JOIN capture AS c ON c.id = l.capture
WHERE l.capture = :capture;
