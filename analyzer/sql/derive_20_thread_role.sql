-- What is each thread: a worker, a thread of the blocking pool, or neither?
--
-- Told by what it was seen to run, not by its name, unless the recording named the workers
-- (hud-record --workers). A thread that was both is a worker; its time
-- in the pool is not counted as a worker's.
INSERT INTO thread_role (thread, capture, role, runtime)
SELECT t.id, t.capture,
	CASE
	WHEN sum(e.class IN ('park', 'runtime') OR (e.class = 'poll' AND NOT e.coreless)) > 0
		OR EXISTS (SELECT 1 FROM thread_window AS w WHERE w.thread = t.id
			AND (w.parked_ns > 0 OR w.poll_looks > 0))
		THEN 'worker'
	WHEN substr(t.comm, 1, length(c.workers_prefix)) = c.workers_prefix THEN 'worker'
	WHEN sum(e.class IN ('pool', 'block-in-place')) > 0 THEN 'pool'
	WHEN sum(e.class = 'root') > 0 THEN 'root'
	WHEN sum(e.class = 'other') > 0 THEN 'other'
	ELSE 'unknown'
	END,
	coalesce(max(k.runtime), (SELECT max(p.scheduler) FROM poll AS p WHERE p.thread = t.id))
FROM thread AS t
JOIN capture AS c ON c.id = t.capture
LEFT JOIN evidence AS e ON e.thread = t.id
LEFT JOIN stack AS k ON k.id = e.stack
WHERE t.capture = :capture
GROUP BY t.id;
