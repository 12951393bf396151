-- Which closures kept a thread of the blocking pool the longest, in one sleep or one stretch on a CPU?
SELECT (p.start_ns - c.start_ns) / 1000000 AS at_ms, t.tid, p.wall_ns, p.cause, p.function, p.file,
	p.line
FROM pool_closure AS p
JOIN thread AS t ON t.id = p.thread
JOIN capture AS c ON c.id = p.capture
WHERE p.capture = :capture
ORDER BY p.wall_ns DESC, p.start_ns
LIMIT :top;
