-- What must two captures have in common to be compared, and how much was recorded?
SELECT c.capture_id, c.file, c.command, c.start_realtime_ns, max(e.end_ns - e.start_ns, 1),
	c.threshold_ns, c.sample_hz, c.source, v.workers, v.worker_wall_ns, v.polling_ns,
	v.run_queue_ns, v.longest_run_queue_ns, v.main_blocked_ns,
	v.main_longest_ns, v.quota_periods, v.throttled_periods,
	v.pool_tasks, v.pool_wait_ns, v.pool_full_percent,
	v.loss_percent,
	(SELECT total(l.percent) FROM loss_total AS l WHERE l.capture = c.id AND l.unit = 'stacks')
		AS stacks_lost_percent,
	c.truncated, v.level, v.reason, v.sentence, v.unclassified,
	coalesce(v.classified_percent, 0.0) AS classified_percent, v.undecided_ns,
	max(1, (e.end_ns - e.start_ns + 500000000) / 1000000000) AS windows
FROM capture AS c
JOIN chosen_time AS e ON e.capture = c.id
JOIN verdict AS v ON v.capture = c.id
WHERE c.id = :capture;
