-- What was recorded in each capture?
SELECT side, coalesce(file, 'standard input') AS file, command, duration_ns, threshold_ns, source,
	sample_hz, workers, worker_wall_ns, loss_percent, truncated, level, sentence
FROM compared
ORDER BY side, id;
