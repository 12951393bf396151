-- The samples that divide the CPU time of threads fairly, thread by thread in the order of time,
-- and the CPU time that each stands for.
SELECT s.thread, s.time_ns, s.user_stack, CAST(1.0 * f.cpu_ns / f.samples AS INTEGER) AS cpu_ns
FROM thread_samples AS f
CROSS JOIN sample AS s ON s.thread = f.thread AND (s.profile OR NOT f.by_profile)
WHERE f.capture = :capture AND s.user_stack IS NOT NULL
ORDER BY s.thread, s.time_ns;
