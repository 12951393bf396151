-- How was the capture made, and how did it end?
SELECT c.*, (c.end_ns - c.start_ns) AS duration_ns,
	datetime(c.start_realtime_ns / 1000000000, 'unixepoch') AS started_utc,
	(SELECT count(*) FROM process AS p WHERE p.capture = c.id) AS processes,
	(SELECT count(*) FROM thread AS t WHERE t.capture = c.id) AS threads,
	(SELECT count(*) FROM offcpu_span AS s WHERE s.capture = c.id) AS offcpu_spans,
	(SELECT count(*) FROM offcpu_span AS s WHERE s.capture = c.id AND s.open) AS open_spans,
	(SELECT count(*) FROM sample AS s WHERE s.capture = c.id) AS samples,
	(SELECT count(*) FROM thread_window AS w WHERE w.capture = c.id) AS windows,
	(SELECT max(recorder_cpu_ns) FROM cost AS o WHERE o.capture = c.id) AS recorder_cpu_ns,
	(SELECT 100.0 * max(recorder_cpu_ns) / max(c.end_ns - c.start_ns, 1) FROM cost AS o
		WHERE o.capture = c.id) AS recorder_cpu_percent,
	(SELECT max(rss_bytes) FROM cost AS o WHERE o.capture = c.id) AS recorder_rss_bytes,
	(SELECT max(bpf_run_ns) FROM cost AS o WHERE o.capture = c.id) AS bpf_run_ns,
	(SELECT max(bpf_runs) FROM cost AS o WHERE o.capture = c.id) AS bpf_runs,
	(SELECT 100.0 * max(bpf_run_ns) / max(bpf_measured_ns) / c.cpus FROM cost AS o
		WHERE o.capture = c.id AND o.bpf_measured_ns > 0) AS bpf_cpu_percent,
	(SELECT max(bpf_run_ns) / max(bpf_runs) FROM cost AS o
		WHERE o.capture = c.id AND o.bpf_runs > 0) AS bpf_run_average_ns
FROM capture AS c
WHERE c.id = :capture;
