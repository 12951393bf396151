-- How many tasks of the last dump were read, and of how many is it not known what they wait for?
SELECT outcome, tasks, woken, finished, cancelled, never_polled
FROM task_outcomes
WHERE capture = :capture AND dump = (SELECT max(dump) FROM shown_dump WHERE capture = :capture)
ORDER BY tasks DESC, outcome
LIMIT :top;
