-- Which observations reach into the chosen time, on the chosen workers?
INSERT INTO temp.observation
SELECT r.*
FROM filter AS l
JOIN main.observation AS r ON r.capture = l.capture
WHERE r.start_ns < coalesce(l.to_ns, 9223372036854775807)
	AND (r.end_ns > coalesce(l.from_ns, 0) OR r.start_ns >= coalesce(l.from_ns, 0))
	AND (l.worker IS NULL OR r.thread IN (SELECT thread FROM temp.filter_thread));
