-- What became of the tasks between the last two dumps: new, gone, at another place, at the same?
SELECT dump, task, tasks, new, gone, moved, same, unknown, after_ns, before
FROM task_changes
WHERE capture = :capture AND dump IN (
	SELECT max(dump) FROM shown_dump WHERE capture = :capture GROUP BY process)
ORDER BY dump, new + gone DESC, moved DESC, tasks DESC, task
LIMIT :top;
