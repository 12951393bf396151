-- The samples that divide the CPU time of threads fairly.
SELECT s.time_ns, s.cpu, s.thread, s.user_stack
FROM thread_samples AS f
CROSS JOIN sample AS s ON s.thread = f.thread AND (s.profile OR NOT f.by_profile)
WHERE f.capture = :capture AND s.user_stack IS NOT NULL;
