-- Which dumps of tasks are in the capture, and how much of each process was read?
SELECT dump, process, pid, start_ns, duration_ns, tasks, runtimes, local_sets, threads, types, cut,
	retries, reads, bytes, expected, broken_lists, dumps,
	dumped_processes, block_on, local_sets_unread, sets
FROM task_dumps
WHERE capture = :capture
ORDER BY dump DESC
LIMIT :top;
