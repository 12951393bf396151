-- How many tasks wait at the same place, by the same chain of awaits, for the same kind of thing?
--
-- `example` is the lowest id among them; its frames are those of all of them, but for what they
-- hold.
CREATE VIEW task_groups AS
SELECT capture, dump, process, task, chain, outcome, finished, started, place,
	place_file, place_line, place_line_end,
	waits_in, leaf, waits, count(*) AS tasks, sum(woken) AS woken,
	min(task_id) AS example, dumped_task AS example_task,
	count(DISTINCT resource) AS resources,
	min(deadline_ns) AS first_deadline_ns, max(deadline_ns) AS last_deadline_ns
FROM dumped_tasks
GROUP BY capture, dump, process, task, chain, outcome, finished;
