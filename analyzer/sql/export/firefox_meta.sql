-- What the whole profile is of.
SELECT t.start_ns, c.start_realtime_ns + t.start_ns - c.start_ns, c.sample_hz,
	coalesce((SELECT group_concat(name, ', ') FROM (SELECT DISTINCT name FROM process
		WHERE capture = c.id ORDER BY name)), 'no process') AS processes
FROM chosen_time AS t
JOIN capture AS c ON c.id = t.capture
WHERE t.capture = :capture;
