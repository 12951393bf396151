-- Which closures waited for a thread of a blocking pool at the last dump?
SELECT dump, pool, scheduler, threads, idle, thread_limit, workers, queued, listed, task, closures,
	example
FROM task_pools
WHERE capture = :capture AND queued > 0 AND dump IN (
	SELECT max(dump) FROM shown_dump WHERE capture = :capture GROUP BY process)
ORDER BY dump, pool, closures DESC, task
LIMIT :top;
