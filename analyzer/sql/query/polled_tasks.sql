-- Which tasks of the last dump did a thread poll just then, and where does it block, for how long?
SELECT dump, task_id, task, tid, thread, asleep, asleep_ns, cause, function, file, line, callers
FROM polled_tasks
WHERE capture = :capture AND dump IN (
	SELECT max(dump) FROM shown_dump WHERE capture = :capture GROUP BY process)
ORDER BY dump, asleep_ns DESC, asleep DESC, task_id
LIMIT :top;
