-- Which waits for locks went on at the end, and who may end them?
--
-- Of those that lasted for stuck_ns or more and that nobody had ended. others_ran: another thread
-- of the process ran for ran_share_min of the time meanwhile, and may have the lock. A worker that
-- parked has none: guards do not go from thread to thread. mutual: it is for a Mutex or a RwLock,
-- without a limit of time; not for what a channel, a Condvar or another thread's end gives.
CREATE VIEW unended_wait AS
SELECT o.id AS offcpu_span, o.capture, o.thread, t.process, o.at_attach,
	EXISTS (SELECT 1
		FROM thread AS u
		JOIN sample_period AS p ON p.capture = u.capture
		WHERE u.process = t.process AND u.id <> o.thread AND p.sample_ns * (
				SELECT count(*) FROM observation AS e
				WHERE e.thread = u.id AND e.start_ns >= o.start_ns
					AND e.start_ns < o.end_ns AND e.sample IS NOT NULL)
				>= k.ran_share_min * (o.end_ns - o.start_ns)
			AND NOT EXISTS (SELECT 1 FROM observation AS e
				WHERE e.thread = u.id AND e.start_ns >= o.start_ns
					AND e.start_ns < o.end_ns AND e.class = 'park'))
		AS others_ran,
	(SELECT coalesce(min(NOT l.limited), 0)
		FROM stack_frame AS s
		JOIN frame AS f ON f.id = s.frame
		JOIN lock_function AS l ON f.site GLOB l.function
		WHERE s.stack = o.user_stack) AS mutual
FROM offcpu_span AS o
JOIN thread AS t ON t.id = o.thread
JOIN constant AS k
WHERE o.open AND o.wakeup_ns IS NULL AND o.cause = 'lock' AND o.end_ns - o.start_ns >= k.stuck_ns;
