-- What is each thread: a worker, a thread of the blocking pool, or neither?
--
-- Told by what it was seen to run, not by its name, unless the recording named the workers
-- (hud-record --workers). A thread that was both is a worker; its time
-- in the pool is not counted as a worker's.
INSERT INTO thread_role (thread, capture, role, runtime)
SELECT t.id, t.capture,
	CASE
	WHEN s.at_work OR EXISTS (SELECT 1 FROM thread_window AS w WHERE w.thread = t.id
		AND (w.parked_ns > 0 OR w.poll_samples > 0)) THEN 'worker'
	WHEN substr(t.comm, 1, length(c.workers_prefix)) = c.workers_prefix THEN 'worker'
	WHEN s.in_pool OR s.in_place THEN 'pool'
	WHEN s.in_root THEN 'root'
	WHEN s.elsewhere THEN 'other'
	ELSE 'unknown'
	END,
	coalesce(s.runtime, (SELECT max(p.scheduler) FROM poll AS p WHERE p.thread = t.id))
FROM thread AS t
JOIN capture AS c ON c.id = t.capture
LEFT JOIN thread_seen AS s ON s.thread = t.id
WHERE t.capture = :capture;
