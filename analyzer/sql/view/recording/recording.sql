-- How was each capture made, how did it end, what does it hold, and what did recording cost?
CREATE VIEW recording AS
WITH spent AS (
	SELECT capture, max(recorder_cpu_ns) AS recorder_cpu_ns,
		max(rss_bytes) AS recorder_rss_bytes, max(bpf_run_ns) AS bpf_run_ns,
		max(bpf_runs) AS bpf_runs
	FROM cost
	GROUP BY capture
), measured AS (
	SELECT capture, max(bpf_run_ns) AS run_ns, max(bpf_measured_ns) AS wall_ns
	FROM cost
	WHERE bpf_measured_ns > 0
	GROUP BY capture
)
SELECT c.id AS capture, c.capture_id, c.file, c.command, c.start_realtime_ns,
	datetime(c.start_realtime_ns / 1000000000, 'unixepoch') AS started_utc,
	c.end_ns - c.start_ns AS duration_ns, c.threshold_ns, c.sample_hz, c.profile_hz,
	c.window_ns, c.source, c.workers_prefix, c.recorder, c.kernel, c.machine, c.page_bytes,
	c.cpus, c.features, c.bytes, c.chunks, c.repeated_chunks, c.events, c.truncated,
	c.end_reason, c.end_detail, c.part_from_ns - c.start_ns AS part_from_ns,
	(SELECT count(*) FROM process AS p WHERE p.capture = c.id) AS processes,
	(SELECT count(*) FROM thread AS t WHERE t.capture = c.id) AS threads,
	(SELECT count(*) FROM offcpu_span AS s WHERE s.capture = c.id) AS offcpu_spans,
	(SELECT count(*) FROM offcpu_span AS s WHERE s.capture = c.id AND s.open) AS open_spans,
	(SELECT count(*) FROM sample AS s WHERE s.capture = c.id) AS samples,
	(SELECT count(*) FROM thread_window AS w WHERE w.capture = c.id) AS windows,
	s.recorder_cpu_ns,
	100.0 * s.recorder_cpu_ns / max(c.end_ns - c.start_ns, 1) AS recorder_cpu_percent,
	s.recorder_rss_bytes, s.bpf_run_ns, s.bpf_runs,
	100.0 * m.run_ns / m.wall_ns / c.cpus AS bpf_cpu_percent,
	s.bpf_run_ns / nullif(s.bpf_runs, 0) AS bpf_run_average_ns
FROM capture AS c
LEFT JOIN spent AS s ON s.capture = c.id
LEFT JOIN measured AS m ON m.capture = c.id;
