-- Which blocking polls ended after :from and until :to, whole, and where was each for the most of
-- its time? The latest are kept.
INSERT INTO ended_block (thread, start_ns, end_ns, blocked_ns, main, task, function, cause, frame)
WITH chosen AS MATERIALIZED (
	SELECT id, thread, start_ns, end_ns, wall_ns - run_queue_ns AS blocked_ns, main,
		task
	FROM blocking_poll
	WHERE capture = :capture AND NOT open AND end_ns > :from AND end_ns <= :to
), part AS (
	SELECT blocking_poll, site, frame, max(wall_ns) FROM slice
	WHERE blocking_poll IN (SELECT id FROM chosen)
	GROUP BY blocking_poll
)
SELECT c.thread, c.start_ns, c.end_ns, c.blocked_ns, c.main, c.task, s.function, s.cause, p.frame
FROM chosen AS c
LEFT JOIN part AS p ON p.blocking_poll = c.id
LEFT JOIN site AS s ON s.id = p.site
ORDER BY c.end_ns, c.id;

DELETE FROM ended_block WHERE id <= (SELECT max(id) FROM ended_block) - 2000;
