-- How long were tasks of each type polled, ready for a poll, or awaiting, while they were followed?
SELECT task, alive, ended, ends_seen, mean_life_ns, polled_percent, ready_percent, await_percent,
	ready_max_ns
FROM task_life
WHERE capture = :capture
ORDER BY ready_ns DESC, total_ns DESC, alive DESC, task;
