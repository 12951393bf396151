-- The states of each worker over time, in a thousand columns at most.
WITH chosen AS MATERIALIZED (
	SELECT t.capture, t.start_ns, max((t.end_ns - t.start_ns) / 1000, 1) AS column_ns
	FROM chosen_time AS t
	WHERE t.capture = :capture
)
SELECT w.thread, min(w.start_ns) - c.start_ns AS start_ns, max(w.end_ns) - c.start_ns AS end_ns,
	sum(w.poll_cpu_ns) AS poll_cpu_ns, sum(w.poll_offcpu_ns) AS poll_offcpu_ns,
	sum(w.run_queue_ns) AS run_queue_ns, sum(w.parked_ns) AS parked_ns,
	sum(w.runtime_ns) AS runtime_ns, sum(w.unknown_ns) AS unknown_ns,
	sum(w.other_ns) AS other_ns
FROM trace_window AS w
JOIN chosen AS c ON c.capture = w.capture
GROUP BY w.thread, (w.start_ns - c.start_ns) / c.column_ns
ORDER BY w.thread, start_ns;
