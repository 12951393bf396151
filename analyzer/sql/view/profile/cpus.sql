-- What did each CPU do for the watched threads, and for how long did they wait for it? A CPU on
-- which they waited longer than they ran was busy with others, or taken away. No row where a filter
-- leaves out samples: who ran then is not known.
CREATE VIEW cpus AS
WITH ran AS (
	SELECT capture, cpu, count(*) AS samples, count(DISTINCT thread) AS threads,
		CAST(total(cpu_ns) AS INTEGER) AS cpu_ns
	FROM cpu_sample
	GROUP BY capture, cpu
), waited AS (
	SELECT capture, cpu, sum(run_queue_ns > 0) AS waits, sum(run_queue_ns) AS run_queue_ns,
		max(run_queue_ns) AS longest_ns
	FROM offcpu_span
	GROUP BY capture, cpu
), cpu AS (
	SELECT capture, cpu FROM ran UNION SELECT capture, cpu FROM waited
)
SELECT c.capture, c.cpu, coalesce(r.samples, 0) AS samples, coalesce(r.threads, 0) AS threads,
	coalesce(r.cpu_ns, 0) AS cpu_ns,
	coalesce(w.waits, 0) AS waits, coalesce(w.run_queue_ns, 0) AS run_queue_ns,
	coalesce(w.longest_ns, 0) AS longest_ns
FROM cpu AS c
LEFT JOIN ran AS r ON r.capture = c.capture AND r.cpu = c.cpu
LEFT JOIN waited AS w ON w.capture = c.capture AND w.cpu = c.cpu
WHERE NOT EXISTS (SELECT 1 FROM filter AS l
	WHERE l.capture = c.capture AND coalesce(l.task, l.cause, l.match, l.site) IS NOT NULL);
