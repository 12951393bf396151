-- How many tasks wait at the same place, by the same chain of awaits, for the same kind of thing?
--
-- `example` is one of those that wait for what most others do, the lowest id of these; its frames
-- are those of all of them, but for what they hold, and for which thing they wait: `resources` says
-- how many there are.
CREATE VIEW task_groups AS
SELECT capture, dump, process, task, chain, outcome, finished, started, place,
	place_file, place_line, place_line_end,
	waits_in, leaf, waits, count(*) AS tasks, sum(woken) AS woken,
	max(CASE WHEN turn = 1 THEN task_id END) AS example,
	max(CASE WHEN turn = 1 THEN dumped_task END) AS example_task,
	count(DISTINCT resource) AS resources,
	min(deadline_ns) AS first_deadline_ns, max(deadline_ns) AS last_deadline_ns
FROM (
	SELECT t.*, row_number() OVER (
		PARTITION BY t.capture, t.dump, t.process, t.task, t.chain, t.outcome, t.finished
		ORDER BY coalesce(r.number, 9223372036854775807), t.task_id) AS turn
	FROM dumped_tasks AS t
	LEFT JOIN resource_waiters AS r ON r.capture = t.capture AND r.dump = t.dump
		AND r.process = t.process AND r.resource = t.resource)
GROUP BY capture, dump, process, task, chain, outcome, finished;
