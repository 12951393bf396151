-- The samples that divide the CPU time of threads fairly, thread by thread in the order of time,
-- and the CPU time that each stands for.
SELECT thread, time_ns, stack, CAST(cpu_ns AS INTEGER) AS cpu_ns
FROM cpu_sample
WHERE capture = :capture AND stack IS NOT NULL
ORDER BY thread, time_ns;
