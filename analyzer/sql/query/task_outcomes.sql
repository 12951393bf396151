-- How many tasks of the last dump were read, and of how many is it not known what they wait for?
SELECT dump, outcome, tasks, woken, finished, cancelled, never_polled
FROM task_outcomes
WHERE capture = :capture AND dump IN (
	SELECT max(dump) FROM shown_dump WHERE capture = :capture GROUP BY process)
ORDER BY dump, tasks DESC, outcome
LIMIT :top;
