-- What was recorded, what was lost, and what is the verdict: a row for each capture.
CREATE VIEW capture_summary AS
SELECT r.capture, r.capture_id, r.file, r.command, r.started_utc, r.duration_ns, r.threshold_ns,
	r.source, r.recorder, r.kernel, r.events, v.loss_percent,
	r.truncated, r.end_reason, r.processes, r.threads, v.workers, v.worker_wall_ns,
	v.blocking_polls, v.blocking_ns, v.longest_ns, v.blocking_percent,
	(SELECT count(*) FROM site AS s WHERE s.capture = r.capture AND NOT s.main) AS sites,
	(SELECT count(*) FROM mark AS m WHERE m.capture = r.capture) AS marks,
	v.level AS verdict, v.sentence
FROM recording AS r
JOIN verdict AS v ON v.capture = r.capture
ORDER BY r.start_realtime_ns, r.capture;
