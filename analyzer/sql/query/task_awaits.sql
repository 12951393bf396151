-- By which chain of awaits does each group of tasks of the last dump wait, and what do they hold?
SELECT dump, number, tasks, task, outcome, woken, finished, started, example, seen_ns, position,
	level, times, kind, name, file, line, line_end, what
FROM task_awaits
WHERE capture = :capture AND dump IN (
	SELECT max(dump) FROM shown_dump WHERE capture = :capture GROUP BY process)
	AND (:top < 0 OR number <= :top)
ORDER BY dump, number, position;
