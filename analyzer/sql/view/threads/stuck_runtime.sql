-- In which runtimes did no worker run any more when the recording ended, and where do they wait?
--
-- Each worker that had not exited is in one wait inside a poll, which has lasted for stuck_ns or
-- more and went on at the end: a poll that sleeps again and again has not stopped. A current_thread
-- runtime is a thread; the others of a process are distinguished where that is known of all their
-- workers (thread_runtime), else they count as one: then all must wait. progress_by: 'nothing'
-- where all wait for locks since before the recording, and nobody ended these waits, or ran who may
-- (unended_wait); else 'wait'.
CREATE VIEW stuck_runtime AS
WITH wait AS MATERIALIZED (
	SELECT b.capture, b.thread, max(o.end_ns - o.start_ns) AS waited_ns, s.function, s.cause,
		o.at_attach AND p.at_attach AS at_attach, coalesce(u.mutual AND NOT u.others_ran, 0)
			AS hopeless
	FROM slice AS i
	JOIN offcpu_span AS o ON o.id = i.offcpu_span AND o.open AND o.wakeup_ns IS NULL
	JOIN blocking_poll AS b ON b.id = i.blocking_poll AND NOT b.main
	JOIN site_poll AS p ON p.blocking_poll = b.id AND p.site = i.site
	JOIN site AS s ON s.id = i.site
	JOIN capture AS c ON c.id = b.capture
	JOIN constant AS k
	LEFT JOIN unended_wait AS u ON u.offcpu_span = o.id
	WHERE o.end_ns - o.start_ns >= k.stuck_ns AND o.end_ns + k.stuck_ns >= c.end_ns
	GROUP BY b.thread
), member AS (
	SELECT t.capture, t.process, r.scheduler,
		CASE WHEN s.single_threaded THEN t.id END AS only_thread, t.tid, t.comm, n.runtime,
		n.name AS runtime_name, w.thread, w.waited_ns, w.function, w.cause, w.at_attach,
		w.hopeless,
		count(*) OVER together = count(n.runtime) OVER together
			AND max(n.runtimes) OVER together > 1 AS apart
	FROM thread_role AS r
	JOIN thread AS t ON t.id = r.thread
	LEFT JOIN scheduler AS s ON s.name = r.scheduler
	LEFT JOIN thread_runtime AS n ON n.thread = t.id
	LEFT JOIN wait AS w ON w.thread = t.id
	WHERE r.role = 'worker' AND t.exit_ns IS NULL
	WINDOW together AS (PARTITION BY t.process, coalesce(s.single_threaded, 0))
)
SELECT m.capture, m.process, p.pid, p.name, coalesce(max(m.scheduler), '') AS scheduler,
	CASE WHEN m.apart THEN m.runtime_name
		WHEN m.only_thread IS NOT NULL
			THEN printf('the runtime of thread %d (%s)', m.tid, m.comm)
		ELSE 'the ' || coalesce(max(m.scheduler) || ' ', '') || 'runtime'
		END AS runtime,
	count(*) AS workers,
	min(m.waited_ns) AS waited_ns, sum(m.waited_ns) AS all_waited_ns,
	min(m.at_attach) AS at_attach,
	group_concat(DISTINCT m.function || ' (' || m.cause || ')') AS places,
	CASE WHEN min(m.at_attach) AND min(m.hopeless) THEN 'nothing' ELSE 'wait' END
		AS progress_by
FROM member AS m
JOIN process AS p ON p.id = m.process
GROUP BY m.capture, m.process, m.only_thread, CASE WHEN m.apart THEN m.runtime END
HAVING count(*) = count(m.thread);
