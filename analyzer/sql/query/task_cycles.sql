-- Which tasks of the last dump wait for each other in a circle?
--
-- alike: so many circles are of the same types, at the same places; the tasks are those of one.
SELECT dump, min(tasks) AS tasks, length, certain, of_types, places, count(*) AS alike
FROM task_cycles
WHERE capture = :capture AND dump IN (
	SELECT max(dump) FROM shown_dump WHERE capture = :capture GROUP BY process)
GROUP BY dump, length, certain, of_types, places
ORDER BY dump, certain DESC, alike DESC, min(tasks)
LIMIT :top;
