-- For how long threads waited for each CPU, in each tenth of a second.
SELECT cpu, start_ns, end_ns, run_queue_ns
FROM trace_cpu_queue
WHERE capture = :capture;
