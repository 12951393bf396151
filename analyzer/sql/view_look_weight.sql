-- With which stacks was each thread seen on a CPU, and how much CPU time does that stand for?
--
-- The CPU time of a thread is exact, where its windows were recorded; its looks divide it.
CREATE VIEW look_weight AS
WITH looked AS (
	SELECT capture, thread, user_stack AS stack, count(*) AS looks
	FROM sample
	GROUP BY capture, thread, user_stack
), spent AS (
	SELECT thread, sum(cpu_ns) AS cpu_ns FROM thread_window GROUP BY thread
), whole AS (
	SELECT e.thread, count(*) AS looks
	FROM evidence AS e
	WHERE e.sample IS NOT NULL
	GROUP BY e.thread
)
SELECT l.capture, l.thread, l.stack, l.looks,
	coalesce(1.0 * s.cpu_ns * l.looks / w.looks,
		1000000000.0 * l.looks / max(coalesce(c.look_hz, 1), 1)) AS cpu_ns
FROM looked AS l
JOIN capture AS c ON c.id = l.capture
LEFT JOIN spent AS s ON s.thread = l.thread
LEFT JOIN whole AS w ON w.thread = l.thread;
