-- Which blocking spans were the longest, one by one?
SELECT (b.start_ns - c.start_ns) / 1000000 AS at_ms, t.tid, t.comm, b.kind, b.wall_ns,
	b.run_queue_ns, b.open, b.bounds, b.task,
	(SELECT s.function || ' ' || s.cause FROM site_poll AS p JOIN site AS s ON s.id = p.site
		WHERE p.blocking_poll = b.id ORDER BY p.wall_ns DESC LIMIT 1) AS site
FROM blocking_poll AS b
JOIN thread AS t ON t.id = b.thread
JOIN capture AS c ON c.id = b.capture
WHERE b.capture = :capture
ORDER BY b.wall_ns DESC, b.start_ns
LIMIT :top;
