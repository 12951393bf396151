-- What is recorded, how, and at what cost?
SELECT c.threshold_ns, c.events,
	CASE c.source WHEN 'stack' THEN 'by stacks only' WHEN 'passive' THEN 'by runtime state'
		ELSE 'by probes' END AS source,
	(SELECT count(*) FROM process AS p WHERE p.capture = c.id) AS processes, p.pid,
	coalesce(p.name, c.command) AS name, r.recorder_cpu_percent,
	l.stacks, l.stacks_complete, k.lost_percent_max
FROM capture AS c
JOIN constant AS k
JOIN recording AS r ON r.capture = c.id
JOIN limits AS l ON l.capture = c.id
LEFT JOIN process AS p ON p.id = (SELECT min(m.id) FROM process AS m WHERE m.capture = c.id)
WHERE c.id = :capture;
