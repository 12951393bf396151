-- Which of its process's multi-threaded runtimes does each thread belong to? No row: not known.
--
-- Runtimes are told apart by the addresses of their blocking pools; a thread that was found in
-- several belongs to the one where it was found most often. They are numbered from 1, in the order
-- in which their workers were found; name has the name of a worker. A runtime of one thread needs
-- no number.
CREATE VIEW thread_runtime AS
WITH found AS (
	SELECT capture, thread, pool, min(time_ns) AS first_ns, row_number() OVER (
			PARTITION BY thread ORDER BY count(*) DESC, min(time_ns), pool) AS rank
	FROM runtime_thread
	GROUP BY thread, pool
), of_workers AS (
	SELECT t.process, f.pool, min(f.first_ns) AS first_ns, min(t.comm) AS comm
	FROM found AS f
	JOIN thread AS t ON t.id = f.thread
	JOIN thread_role AS r ON r.thread = f.thread AND r.role = 'worker'
	JOIN scheduler AS s ON s.name = r.scheduler AND NOT s.single_threaded
	WHERE f.rank = 1
	GROUP BY t.process, f.pool
), numbered AS (
	SELECT process, pool, comm,
		row_number() OVER (PARTITION BY process ORDER BY first_ns, pool) AS runtime,
		count(*) OVER (PARTITION BY process) AS runtimes
	FROM of_workers
)
SELECT f.capture, f.thread, n.process, n.pool, n.runtime, n.runtimes,
	printf('runtime %d', n.runtime) || coalesce(' (' || n.comm || ')', '') AS name
FROM found AS f
JOIN thread AS t ON t.id = f.thread
JOIN numbered AS n ON n.process = t.process AND n.pool = f.pool
WHERE f.rank = 1;
