-- The figures of a capture as samples of metrics. What follows `value` are labels.
WITH metric (place, metric, help) AS (VALUES
	(1, 'hud_recording_info', 'What was recorded; the value is 1.'),
	(2, 'hud_recording_start_seconds', 'When the recording began, since 1970.'),
	(3, 'hud_recording_duration_seconds', 'Length of the recording, or of its chosen part.'),
	(4, 'hud_blocked_seconds',
		'Time that blocking polls spent at each site, without waiting for a CPU.'),
	(5, 'hud_blocked_polls', 'Blocking polls with a part at each site.'),
	(6, 'hud_blocked_longest_seconds', 'The longest such part of a poll.'),
	(7, 'hud_worker_state_seconds', 'Time of each worker by state.'),
	(8, 'hud_worker_blocking_seconds', 'Time of each worker in blocking polls.'),
	(9, 'hud_task_blocking_polls', 'Blocking polls of each type of task.'),
	(10, 'hud_task_polls', 'All polls of each type of task while they were counted.'),
	(11, 'hud_lost', 'What happened and is not in the capture.')
), state (name) AS (VALUES
	('poll-cpu'), ('poll-off-cpu'), ('run-queue'), ('parked'), ('runtime'), ('unknown')
), row (place, value, capture, level, function, crate, cause, file, tid, worker, state, task,
	unit) AS (
	SELECT 1, 1, v.capture, v.level, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL
	FROM verdict AS v
	UNION ALL
	SELECT 2, start_realtime_ns / 1e9, id, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
		NULL, NULL
	FROM capture
	UNION ALL
	SELECT 3, (end_ns - start_ns) / 1e9, capture, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
		NULL, NULL, NULL
	FROM chosen_time
	UNION ALL
	SELECT f.place, CASE f.place WHEN 4 THEN total_ns / 1e9 WHEN 5 THEN count
		ELSE max_ns / 1e9 END, capture, NULL, function, crate, cause, file, NULL, NULL,
		NULL, NULL, NULL
	FROM (SELECT 4 AS place UNION ALL SELECT 5 UNION ALL SELECT 6) AS f
	CROSS JOIN blocking_sites
	UNION ALL
	SELECT 7, CASE s.name WHEN 'poll-cpu' THEN poll_cpu_ns WHEN 'poll-off-cpu'
		THEN poll_offcpu_ns WHEN 'run-queue' THEN run_queue_ns WHEN 'parked' THEN parked_ns
		WHEN 'runtime' THEN runtime_ns ELSE unknown_ns END / 1e9, capture, NULL, NULL, NULL,
		NULL, NULL, tid, comm, s.name, NULL, NULL
	FROM workers
	CROSS JOIN state AS s
	UNION ALL
	SELECT 8, blocking_ns / 1e9, capture, NULL, NULL, NULL, NULL, NULL, tid, comm, NULL, NULL,
		NULL
	FROM workers
	UNION ALL
	SELECT 9, count, capture, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
		coalesce(task, 'unknown'), NULL
	FROM tasks
	UNION ALL
	SELECT 10, polls, capture, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
		coalesce(task, 'unknown'), NULL
	FROM tasks
	WHERE polls IS NOT NULL
	UNION ALL
	SELECT 11, count, capture, NULL, NULL, NULL, cause, NULL, NULL, NULL, NULL, NULL, unit
	FROM loss_total
)
SELECT m.metric, m.help, sum(r.value) AS value, r.level AS verdict, r.function, r.crate, r.cause,
	r.file, r.tid, r.worker, r.state, r.task, r.unit
FROM row AS r
JOIN metric AS m ON m.place = r.place
WHERE r.capture = :capture
GROUP BY r.place, r.level, r.function, r.crate, r.cause, r.file, r.tid, r.worker, r.state, r.task,
	r.unit
ORDER BY r.place, r.tid, r.state, value DESC, r.function, r.cause, r.task, r.unit;
