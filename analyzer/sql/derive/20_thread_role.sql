-- What is each thread: a worker, a thread of the blocking pool, or neither?
--
-- Its role follows from what it was observed to run, not from its name, unless the recording named
-- the workers (hud-record --workers). A thread that was both is a worker; its time in the pool does
-- not count as a worker's. What its stacks do not show of its scheduler, its runtime may.
INSERT INTO thread_role (thread, capture, role, scheduler)
SELECT t.id, t.capture,
	(SELECT r.name FROM role AS r
	WHERE CASE r.name
		WHEN 'worker' THEN s.seen_as_worker
			OR EXISTS (SELECT 1 FROM thread_window AS w WHERE w.thread = t.id
				AND (w.parked_ns > 0 OR w.poll_samples > 0))
			OR substr(t.comm, 1, length(c.workers_prefix)) = c.workers_prefix
		WHEN 'pool' THEN s.seen_in_pool OR s.seen_in_block_in_place
		WHEN 'root' THEN s.seen_in_root
		WHEN 'other' THEN s.seen_elsewhere
		ELSE 1 END
	ORDER BY r.rank DESC LIMIT 1),
	coalesce(s.scheduler, (SELECT max(p.scheduler) FROM poll AS p WHERE p.thread = t.id),
		(SELECT max(q.scheduler) FROM runtime_thread AS n
			JOIN pool_queue AS q ON q.process = t.process AND q.pool = n.pool
			WHERE n.thread = t.id))
FROM thread AS t
JOIN capture AS c ON c.id = t.capture
LEFT JOIN thread_summary AS s ON s.thread = t.id
WHERE t.capture = :capture;
