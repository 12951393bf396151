-- Which tasks of the last dump wait for each other in a circle?
SELECT tasks, length, certain, of_types, places
FROM task_cycles
WHERE capture = :capture AND dump = (SELECT max(dump) FROM task_dump WHERE capture = :capture)
ORDER BY certain DESC, tasks
LIMIT :top;
