-- In which runtimes did no worker run any more when the recording ended, and where do they wait?
--
-- Each worker that had not exited is in one wait inside a poll, which has lasted for stuck_ns or
-- more and went on at the end: a poll that sleeps again and again has not stopped. progress_by:
-- 'nothing' where all wait for locks since before the recording, and nobody ended these waits, or
-- ran who may (unended_wait); else 'wait'.
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
)
SELECT n.capture, n.process, p.pid, p.name, n.scheduler, n.name AS runtime,
	count(*) AS workers,
	min(w.waited_ns) AS waited_ns, sum(w.waited_ns) AS all_waited_ns,
	min(w.at_attach) AS at_attach,
	group_concat(DISTINCT w.function || ' (' || w.cause || ')') AS places,
	CASE WHEN min(w.at_attach) AND min(w.hopeless) THEN 'nothing' ELSE 'wait' END
		AS progress_by
FROM worker_runtime AS n
JOIN thread AS t ON t.id = n.thread
JOIN process AS p ON p.id = n.process
LEFT JOIN wait AS w ON w.thread = n.thread
WHERE t.exit_ns IS NULL
GROUP BY n.capture, n.process, n.only_thread, n.runtime
HAVING count(*) = count(w.thread);
