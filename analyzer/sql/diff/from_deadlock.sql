-- How many circles of tasks that wait for each other were there in each dump: for certain, and all?
SELECT d.dump, (
	SELECT count(*)
	FROM task_cycles AS c
	WHERE c.capture = d.capture AND c.dump = d.dump AND c.certain), (
	SELECT count(*)
	FROM task_cycles AS c
	WHERE c.capture = d.capture AND c.dump = d.dump)
FROM task_dump AS d
WHERE d.capture = :capture;
