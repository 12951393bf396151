-- How many circles of tasks that wait for each other were there in each dump: for certain, and all?
-- And one of each, of which a sentence has room for 256 characters.
SELECT dump, coalesce(sum(certain), 0), count(tasks), min(iif(certain, example, NULL)),
	min(example)
FROM (
	SELECT d.dump, c.tasks, c.certain, CASE
		WHEN length(c.of_types || c.places) <= 252 THEN c.of_types || ' at ' || c.places
		ELSE substr(c.of_types || ' at ' || c.places, 1, 255) || '…' END AS example
	FROM task_dump AS d
	LEFT JOIN task_cycles AS c ON c.capture = d.capture AND c.dump = d.dump
	WHERE d.capture = :capture)
GROUP BY dump;
