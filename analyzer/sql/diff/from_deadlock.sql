-- How many circles of tasks that wait for each other, for certain, were there in each dump?
SELECT d.dump, (
	SELECT count(*)
	FROM task_cycles AS c
	WHERE c.capture = d.capture AND c.dump = d.dump AND c.certain)
FROM task_dump AS d
WHERE d.capture = :capture;
