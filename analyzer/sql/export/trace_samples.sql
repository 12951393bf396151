-- The samples that divide the CPU time of threads fairly.
SELECT time_ns, cpu, thread, stack
FROM cpu_sample
WHERE capture = :capture AND stack IS NOT NULL;
