-- With which stacks was each thread seen on a CPU, and how much CPU time do these samples stand
-- for?
--
-- The CPU time of a thread is exact where its windows were recorded; its samples divide it.
CREATE VIEW sample_weight AS
SELECT t.capture, s.thread, s.user_stack AS stack, count(*) AS samples,
	1.0 * t.cpu_ns * count(*) / t.samples AS cpu_ns
FROM thread_samples AS t
CROSS JOIN sample AS s ON s.thread = t.thread AND (s.profile OR NOT t.by_profile)
GROUP BY s.thread, s.user_stack;
