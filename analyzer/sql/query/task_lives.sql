-- Which tasks were ready for long before they were polled? What spawned each, how long did it live?
SELECT task_id, task, parent_id, start_ns, life_ns, spawned, ended, lost, polls, polled_ns,
	ready_ns, await_ns, unknown_ns, ready_max_ns
FROM task_lives
WHERE capture = :capture
ORDER BY ready_ns DESC, task_id
LIMIT :top;
