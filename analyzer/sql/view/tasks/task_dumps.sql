-- Which dumps of tasks are there, and how much of each process was read?
--
-- expected: tasks by the runtimes' own counts; NULL: Tokio before 1.37 keeps none.
CREATE VIEW task_dumps AS
SELECT d.capture, d.dump, p.name AS process, p.pid, d.start_ns,
	d.end_ns - d.start_ns AS duration_ns,
	d.tasks, d.runtimes, d.threads, d.types, d.cut, d.retries, d.reads, d.bytes,
	sum(r.expected) AS expected, coalesce(sum(r.broken), 0) AS broken_lists,
	count(*) OVER (PARTITION BY d.capture) AS dumps
FROM task_dump AS d
JOIN process AS p ON p.id = d.process
LEFT JOIN task_runtime AS r ON r.capture = d.capture AND r.dump = d.dump AND r.process = d.process
GROUP BY d.id;
