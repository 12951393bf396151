-- With which stacks was each thread seen on a CPU, and how much CPU time do these samples stand
-- for?
CREATE VIEW sample_weight AS
SELECT capture, thread, stack, count(*) AS samples, count(*) * max(cpu_ns) AS cpu_ns
FROM cpu_sample
GROUP BY thread, stack;
