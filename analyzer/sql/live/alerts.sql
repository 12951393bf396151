-- Which blocking polls of :alert or longer were not printed yet: those that ended, and those that
-- go on?
SELECT b.start_ns - c.start_ns AS at_ns, b.blocked_ns, 0 AS open, t.tid, b.main, b.task, b.function,
	b.cause, f.file, f.line
FROM ended_block AS b
JOIN thread AS t ON t.id = b.thread
JOIN capture AS c ON c.id = :capture
LEFT JOIN frame AS f ON f.id = b.frame
WHERE NOT b.printed AND b.blocked_ns >= :alert
UNION ALL
SELECT b.start_ns - c.start_ns, b.blocked_ns, 1, t.tid, b.main, b.task, b.function,
	b.cause, f.file, f.line
FROM open_block AS b
JOIN thread AS t ON t.id = b.thread
JOIN capture AS c ON c.id = :capture
LEFT JOIN frame AS f ON f.id = b.frame
WHERE NOT b.printed AND b.blocked_ns >= :alert
ORDER BY 1, 4;
