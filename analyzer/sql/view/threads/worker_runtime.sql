-- Which runtime is each worker of?
--
-- A current_thread runtime is a thread. The others of a process are distinguished (runtime) where
-- that is known of all their workers (thread_runtime), else they count as one.
CREATE VIEW worker_runtime AS
WITH member AS (
	SELECT t.capture, t.process, t.id AS thread, t.tid, t.comm, n.runtime, n.name,
		CASE WHEN s.single_threaded THEN t.id END AS only_thread,
		max(r.scheduler) OVER together AS scheduler,
		count(*) OVER together = count(n.runtime) OVER together
			AND max(n.runtimes) OVER together > 1 AS apart
	FROM thread_role AS r
	JOIN thread AS t ON t.id = r.thread
	LEFT JOIN scheduler AS s ON s.name = r.scheduler
	LEFT JOIN thread_runtime AS n ON n.thread = t.id
	WHERE r.role = 'worker'
	WINDOW together AS (PARTITION BY t.process, coalesce(s.single_threaded, 0))
)
SELECT capture, process, thread, coalesce(scheduler, '') AS scheduler, only_thread,
	CASE WHEN apart THEN runtime END AS runtime,
	CASE WHEN apart THEN name
		WHEN only_thread IS NOT NULL
			THEN printf('the runtime of thread %d (%s)', tid, comm)
		ELSE 'the ' || coalesce(scheduler || ' ', '') || 'runtime' END AS name
FROM member;
