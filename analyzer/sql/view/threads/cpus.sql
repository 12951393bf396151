-- What did each CPU do for the watched threads, and for how long did they wait for it? A CPU on
-- which they waited longer than they ran was busy with others, or taken away.
CREATE VIEW cpus AS
WITH ran AS (
	SELECT s.capture, s.cpu, count(*) AS samples, count(DISTINCT s.thread) AS threads
	FROM sample AS s
	GROUP BY s.capture, s.cpu
), waited AS (
	SELECT capture, cpu, sum(run_queue_ns > 0) AS waits, sum(run_queue_ns) AS run_queue_ns,
		max(run_queue_ns) AS longest_ns
	FROM offcpu_span
	GROUP BY capture, cpu
), cpu AS (
	SELECT capture, cpu FROM ran UNION SELECT capture, cpu FROM waited
)
SELECT c.capture, c.cpu, coalesce(r.samples, 0) AS samples, coalesce(r.threads, 0) AS threads,
	coalesce(r.samples, 0) * 1000000000 / max(coalesce(k.sample_hz, 1), 1) AS cpu_ns,
	coalesce(w.waits, 0) AS waits, coalesce(w.run_queue_ns, 0) AS run_queue_ns,
	coalesce(w.longest_ns, 0) AS longest_ns
FROM cpu AS c
JOIN capture AS k ON k.id = c.capture
LEFT JOIN ran AS r ON r.capture = c.capture AND r.cpu = c.cpu
LEFT JOIN waited AS w ON w.capture = c.capture AND w.cpu = c.cpu;
