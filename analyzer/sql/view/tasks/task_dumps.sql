-- Which dumps of tasks are there, and how much of each process was read?
--
-- expected: tasks by the runtimes' own counts; NULL: Tokio before 1.37 keeps none. block_on,
-- local_sets, sets: what is not read: futures that threads drive in a block_on, of these with tasks
-- of a LocalSet, and tasks that wait for a set of futures.
CREATE VIEW task_dumps AS
SELECT d.capture, d.dump, p.name AS process, p.pid, d.start_ns,
	d.end_ns - d.start_ns AS duration_ns,
	d.tasks, d.runtimes, d.threads, d.types, d.cut, d.retries, d.reads, d.bytes,
	sum(r.expected) AS expected, coalesce(sum(r.broken), 0) AS broken_lists,
	count(*) OVER (PARTITION BY d.capture) AS dumps,
	(SELECT count(*) FROM task_threads AS t
		WHERE t.capture = d.capture AND t.dump = d.dump AND t.process = d.process
			AND t.block_on) AS block_on,
	(SELECT count(*) FROM task_threads AS t
		WHERE t.capture = d.capture AND t.dump = d.dump AND t.process = d.process
			AND t.block_on AND t.local_set) AS local_sets,
	(SELECT count(DISTINCT f.dumped_task) FROM task_frame AS f
		JOIN dumped_task AS t ON t.id = f.dumped_task
		WHERE f.capture = d.capture AND f.dump = d.dump AND t.process = d.process
			AND f.leaf = 'set') AS sets
FROM task_dump AS d
JOIN process AS p ON p.id = d.process
LEFT JOIN task_runtime AS r ON r.capture = d.capture AND r.dump = d.dump AND r.process = d.process
GROUP BY d.id;
