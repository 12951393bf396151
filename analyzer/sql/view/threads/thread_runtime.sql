-- Which of its process's multi-threaded runtimes does each thread belong to? No row: not known, or
-- it is the worker of a runtime with one thread.
--
-- Runtimes are distinguished by the addresses of their blocking pools; a thread that was found in
-- several belongs to the one where it was for the most of its time, from when it was found there
-- until it was found in another. They are numbered from 1, in the order in which their workers were
-- found; name has the name of a worker.
CREATE VIEW thread_runtime AS
WITH stay AS (
	SELECT f.capture, f.thread, f.pool, f.time_ns, coalesce(lead(f.time_ns) OVER (
			PARTITION BY f.thread ORDER BY f.time_ns, f.id), t.exit_ns, c.end_ns)
			- f.time_ns AS wall_ns
	FROM runtime_thread AS f
	JOIN thread AS t ON t.id = f.thread
	JOIN capture AS c ON c.id = f.capture
), found AS (
	SELECT s.capture, t.process, s.thread, s.pool, min(s.time_ns) AS first_ns, t.comm, r.role,
		row_number() OVER (PARTITION BY s.thread
			ORDER BY sum(s.wall_ns) DESC, min(s.time_ns), s.pool) AS rank
	FROM stay AS s
	JOIN thread AS t ON t.id = s.thread
	LEFT JOIN thread_role AS r ON r.thread = s.thread
	LEFT JOIN scheduler AS k ON k.name = r.scheduler
	WHERE r.role IS NOT 'worker' OR NOT coalesce(k.single_threaded, 1)
	GROUP BY s.thread, s.pool
), numbered AS (
	SELECT process, pool, min(comm) AS comm,
		row_number() OVER (PARTITION BY process ORDER BY min(first_ns), pool) AS runtime,
		count(*) OVER (PARTITION BY process) AS runtimes
	FROM found
	WHERE rank = 1 AND role = 'worker'
	GROUP BY process, pool
)
SELECT f.capture, f.thread, n.process, n.pool, n.runtime, n.runtimes,
	printf('runtime %d', n.runtime) || coalesce(' (' || n.comm || ')', '') AS name
FROM found AS f
JOIN numbered AS n ON n.process = f.process AND n.pool = f.pool
WHERE f.rank = 1;
