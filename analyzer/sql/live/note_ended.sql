-- Which blocking polls ended after :from and until :to, whole, and where was each for the most of
-- its time? The latest are kept.
INSERT INTO ended_block (thread, start_ns, end_ns, blocked_ns, main, task, function, cause, frame)
SELECT b.thread, b.start_ns, b.end_ns, b.blocked_ns, b.main, b.task, s.function,
	s.cause, m.frame
FROM blocking_poll AS b
LEFT JOIN poll_place AS m ON m.blocking_poll = b.id
LEFT JOIN site AS s ON s.id = m.site
WHERE b.capture = :capture AND NOT b.open AND b.end_ns > :from AND b.end_ns <= :to
ORDER BY b.end_ns, b.id;

DELETE FROM ended_block WHERE id <= (SELECT max(id) FROM ended_block) - 2000;
