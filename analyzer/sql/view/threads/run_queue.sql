-- Which threads were ready to run and waited for a CPU, for how long? That is the machine's doing,
-- not the code's.
CREATE VIEW run_queue AS
WITH short AS MATERIALIZED (
	SELECT thread, run_queue_ns, cpu_ns FROM thread_cpu
)
SELECT t.capture, t.id AS thread, t.tid, t.comm, r.role,
	coalesce(s.run_queue_ns, 0) + coalesce(e.run_queue_ns, 0) AS run_queue_ns,
	coalesce(e.longest_run_queue_ns, 0) AS longest_ns,
	coalesce(s.cpu_ns, 0) AS cpu_ns,
	CASE WHEN w.end_ns > w.start_ns
		THEN 100.0 * (coalesce(s.run_queue_ns, 0) + coalesce(e.run_queue_ns, 0))
			/ (w.end_ns - w.start_ns) END AS percent
FROM thread AS t
JOIN thread_watched AS w ON w.thread = t.id
LEFT JOIN thread_role AS r ON r.thread = t.id
LEFT JOIN short AS s ON s.thread = t.id
LEFT JOIN thread_summary AS e ON e.thread = t.id
ORDER BY t.capture, run_queue_ns DESC, t.tid;
