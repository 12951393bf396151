-- How many tasks waited for a thread of each blocking pool, for how long at least, and was it full?
SELECT pid, name, runtime, scheduler, threads, thread_limit, workers, peak_tasks, longest_wait_ns,
	waiting_ns, full_ns, full_percent, queued_at_end, watched_ns, readings, pools
FROM pool_load
WHERE capture = :capture
ORDER BY full_ns DESC, longest_wait_ns DESC, pid, pool
LIMIT :top;
