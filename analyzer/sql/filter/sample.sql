-- Which samples are in the chosen time, on the chosen workers?
INSERT INTO temp.sample
SELECT r.*
FROM filter AS l
JOIN main.sample AS r ON r.capture = l.capture
WHERE r.time_ns < coalesce(l.to_ns, 9223372036854775807) AND r.time_ns >= coalesce(l.from_ns, 0)
	AND (l.worker IS NULL OR r.thread IN (SELECT thread FROM temp.filter_thread));
