-- How many tasks of each type were there, in each dump?
SELECT t.dump, coalesce(n.task, ''), count(*)
FROM dumped_task AS t
JOIN task_names AS n ON n.dumped_task = t.id
WHERE t.capture = :capture
GROUP BY t.dump, n.task;
