-- How many circles of tasks that wait for each other were there in each dump of the chosen time:
-- for certain, and all? And one of each, of which a sentence has room for 256 characters. And of
-- how many of the tasks is what they wait for, or a name, not known?
--
-- Tasks may be missing where a limit was reached, where lists changed each time they were read,
-- where those of a LocalSet were not read, and where no dump of the process found a runtime: it may
-- have none yet at the first one. A future of a block_on that is polled just then is in no circle.
WITH whole AS MATERIALIZED (
	SELECT d.dump, d.cut OR d.broken_lists > 0 OR d.local_sets_unread > 0
			OR max(d.runtimes + d.local_sets) OVER (PARTITION BY t.process) = 0
			AS missing,
		d.local_sets_unread + (SELECT count(*) FROM task_threads AS h
			WHERE h.capture = d.capture AND h.dump = d.dump AND h.block_on
				AND h.parked AND h.future IS NULL) AS drivers_unread
	FROM task_dumps AS d
	JOIN task_dump AS t ON t.capture = d.capture AND t.dump = d.dump
	WHERE d.capture = :capture
)
SELECT dump, coalesce(sum(certain), 0), count(tasks), min(iif(certain, example, NULL)),
	min(example), coalesce(of_tasks, 0), coalesce(unread, 0), coalesce(unnamed, 0),
	missing, drivers_unread
FROM (
	SELECT d.dump, c.tasks, c.certain, n.tasks AS of_tasks, n.unread, n.unnamed, w.missing,
		w.drivers_unread, CASE
		WHEN length(c.of_types || c.places) <= 252 THEN c.of_types || ' at ' || c.places
		ELSE substr(c.of_types || ' at ' || c.places, 1, 255) || '…' END AS example
	FROM chosen_dump AS d
	JOIN whole AS w ON w.dump = d.dump
	LEFT JOIN (
		SELECT t.dump, count(*) AS tasks, sum(NOT m.named) AS unnamed,
			sum(t.outcome IN ('unknown', 'failed', 'cut')) AS unread
		FROM dumped_task AS t
		JOIN task_names AS m ON m.dumped_task = t.id
		WHERE t.capture = :capture
		GROUP BY t.dump) AS n ON n.dump = d.dump
	LEFT JOIN task_cycles AS c ON c.capture = d.capture AND c.dump = d.dump
	WHERE d.capture = :capture)
GROUP BY dump;
