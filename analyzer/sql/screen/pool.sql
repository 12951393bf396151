-- How busy is the blocking pool, and how many tasks wait for a thread of it?
SELECT p.threads, p.peak_busy, p.busy_percent, p.queue_known,
	l.peak_tasks, l.longest_wait_ns, l.full_percent, l.queued_at_end,
	l.thread_limit, l.workers
FROM blocking_pool AS p
LEFT JOIN (SELECT * FROM pool_load WHERE capture = :capture
	ORDER BY full_ns DESC, longest_wait_ns DESC, pid, pool LIMIT 1) AS l
WHERE p.capture = :capture;
