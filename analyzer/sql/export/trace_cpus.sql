-- Which thread ran on which CPU, CPU by CPU in the order of time.
SELECT cpu, start_ns, end_ns, thread
FROM trace_cpu
WHERE capture = :capture
ORDER BY cpu, end_ns;
