-- Which samples divide the CPU time of threads fairly, and for how much of it does each stand?
--
-- The CPU time of a thread is exact where its windows were recorded.
CREATE VIEW cpu_sample AS
SELECT t.capture, s.id AS sample, s.thread, s.time_ns, s.cpu, s.user_stack AS stack,
	1.0 * t.cpu_ns / t.samples AS cpu_ns
FROM thread_samples AS t
CROSS JOIN sample AS s ON s.thread = t.thread AND (s.profile OR NOT t.by_profile);
