-- With which stacks was each thread seen on a CPU, and how much CPU time does that stand for?
--
-- The CPU time of a thread is exact, where its windows were recorded; its looks divide it.
CREATE VIEW look_weight AS
SELECT t.capture, s.thread, s.user_stack AS stack, count(*) AS looks,
	1.0 * t.cpu_ns * count(*) / t.looks AS cpu_ns
FROM thread_looks AS t
CROSS JOIN sample AS s ON s.thread = t.thread AND (s.profile OR NOT t.by_profile)
GROUP BY s.thread, s.user_stack;
