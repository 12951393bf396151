-- How many tasks of each type were there, second by second?
SELECT time_ns, task, alive, spawned, ended
FROM task_counts
WHERE capture = :capture
ORDER BY time_ns, alive DESC, task
LIMIT :top;
