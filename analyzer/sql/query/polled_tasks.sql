-- Which tasks of the last dump did a thread poll just then, and where does it block, for how long?
SELECT task_id, task, tid, thread, asleep_ns, cause, function, file, line
FROM polled_tasks
WHERE capture = :capture AND dump = (SELECT max(dump) FROM task_dump WHERE capture = :capture)
ORDER BY asleep_ns DESC, task_id
LIMIT :top;
