-- Which dumps of tasks are there, and how much of each process was read?
--
-- expected: tasks by the runtimes' own counts; NULL: Tokio before 1.37 keeps none. local_sets:
-- those whose tasks were read. block_on, local_sets_unread, sets: what is not read: futures that
-- threads drive in a block_on, LocalSets with their tasks there, and tasks that wait for a set
-- whose futures were not read. dumps, dumped_processes: of all of the capture.
CREATE VIEW task_dumps AS
SELECT d.capture, d.dump, p.name AS process, p.pid, d.start_ns,
	d.end_ns - d.start_ns AS duration_ns,
	d.tasks, d.runtimes - count(*) FILTER (WHERE r.scheduler = 'local_set') AS runtimes,
	count(*) FILTER (WHERE r.scheduler = 'local_set') AS local_sets,
	d.threads, d.types, d.cut, d.retries, d.reads, d.bytes,
	sum(r.expected) AS expected, coalesce(sum(r.broken), 0) AS broken_lists,
	(SELECT count(*) FROM task_dump AS e WHERE e.capture = d.capture) AS dumps,
	(SELECT count(DISTINCT e.process) FROM task_dump AS e WHERE e.capture = d.capture)
		AS dumped_processes,
	(SELECT count(*) FROM task_threads AS t
		WHERE t.capture = d.capture AND t.dump = d.dump AND t.process = d.process
			AND t.block_on AND t.future IS NULL) AS block_on,
	max((SELECT count(*) FROM task_threads AS t
			WHERE t.capture = d.capture AND t.dump = d.dump AND t.process = d.process
				AND t.block_on AND t.local_set)
		- count(*) FILTER (WHERE r.scheduler = 'local_set'), 0) AS local_sets_unread,
	(SELECT count(DISTINCT f.dumped_task) FROM dumped_task AS t
		JOIN task_frame AS f ON f.dumped_task = t.id
		WHERE t.capture = d.capture AND t.dump = d.dump AND t.process = d.process
			AND f.leaf = 'set' AND f.kind = 'wait') AS sets
FROM shown_dump AS s
JOIN task_dump AS d ON d.capture = s.capture AND d.process = s.process AND d.dump = s.dump
JOIN process AS p ON p.id = d.process
LEFT JOIN task_runtime AS r ON r.capture = d.capture AND r.dump = d.dump AND r.process = d.process
GROUP BY d.id;
