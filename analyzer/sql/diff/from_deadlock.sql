-- How many circles of tasks that wait for each other were there in each dump: for certain, and all?
SELECT d.dump, coalesce(sum(c.certain), 0), count(c.tasks)
FROM task_dump AS d
LEFT JOIN task_cycles AS c ON c.capture = d.capture AND c.dump = d.dump
WHERE d.capture = :capture
GROUP BY d.dump;
