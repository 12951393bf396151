-- What was seen of the closures of the blocking pool, thread by thread in the order of time.
SELECT p.thread, c.start_ns + p.at_ns AS start_ns, c.start_ns + p.at_ns + p.wall_ns AS end_ns,
	p.function, p.cause, p.file, p.line, p.stack
FROM pool_closure AS p
JOIN capture AS c ON c.id = p.capture
WHERE p.capture = :capture
ORDER BY p.thread, p.at_ns;
