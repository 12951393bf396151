-- What became of the tasks between the last two dumps: new, gone, at another place, at the same?
SELECT task, tasks, new, gone, moved, same, unknown, after_ns, before
FROM task_changes
WHERE capture = :capture AND dump = (SELECT max(dump) FROM shown_dump WHERE capture = :capture)
ORDER BY new + gone DESC, moved DESC, tasks DESC, task
LIMIT :top;
