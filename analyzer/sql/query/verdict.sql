-- Is the runtime healthy, in one sentence with its numbers?
SELECT v.*, u.source, u.count_unit, u.timed_percent, c.truncated, c.command,
	(SELECT group_concat(name, ', ') FROM (SELECT DISTINCT coalesce(p.name, 'pid ' || p.pid) AS name
		FROM process AS p WHERE p.capture = c.id ORDER BY name LIMIT 4)) AS processes
FROM verdict AS v
JOIN capture AS c ON c.id = v.capture
JOIN poll_source AS u ON u.capture = v.capture
WHERE v.capture = :capture;
