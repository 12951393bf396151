-- How many tasks of each type were there, in each dump of the chosen time?
SELECT t.dump, coalesce(n.task, ''), count(*)
FROM chosen_dump AS d
JOIN dumped_task AS t ON t.capture = d.capture AND t.process = d.process AND t.dump = d.dump
	AND t.outcome <> 'gone'
JOIN task_names AS n ON n.dumped_task = t.id
WHERE d.capture = :capture
GROUP BY t.dump, n.task;
