-- How long did the watched threads run on each CPU, by samples, and how long did they wait for it?
SELECT cpu, samples, threads, cpu_ns, waits, run_queue_ns, longest_ns
FROM cpus
WHERE capture = :capture
ORDER BY run_queue_ns DESC, cpu
LIMIT :top;
