-- Which runs of samples reach into the chosen time, on the chosen workers?
INSERT INTO temp.sample_run
SELECT r.*
FROM filter AS l
JOIN main.sample_run AS r ON r.capture = l.capture
WHERE r.first_ns < coalesce(l.to_ns, 9223372036854775807)
	AND (r.last_ns > coalesce(l.from_ns, 0) OR r.first_ns >= coalesce(l.from_ns, 0))
	AND (l.worker IS NULL OR r.thread IN (SELECT thread FROM temp.filter_thread));
