-- How long was each type of task polled, ready and not polled, or waiting; how many were spawned?
SELECT task, alive, alive_first, ends_seen, spawned, found, found_late, ended, lost, mean_life_ns,
	polls, polled_percent, ready_percent, await_percent, unknown_percent, polled_ns, ready_ns,
	await_ns, unknown_ns, ready_mean_ns, ready_max_ns, unfollowed
FROM task_life
WHERE capture = :capture
ORDER BY ready_ns DESC, total_ns DESC, task
LIMIT :top;
