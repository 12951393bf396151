-- Which waits for locks went on at the end, and who may end them?
--
-- Of those that lasted for stuck_ns or more and that nobody had ended. others_ran: another thread
-- of the process may have the lock: it ran for ran_share_min of the time meanwhile, or waited for
-- something else than a lock for all but so much of it, in a closure of the pool or another poll. A
-- worker that parked has none: guards do not go from thread to thread. mutual: it is for a Mutex or
-- a RwLock, without a limit of time; not for what a channel, a Condvar or another thread's end
-- gives. Of other threads all that was recorded counts, whatever a filter leaves out.
CREATE VIEW unended_wait AS
SELECT o.id AS offcpu_span, o.capture, o.thread, t.process, o.at_attach,
	EXISTS (SELECT 1
		FROM thread AS u
		JOIN sample_period AS p ON p.capture = u.capture
		WHERE u.process = t.process AND u.id <> o.thread AND p.sample_ns * (
				SELECT count(*) FROM main.observation AS e
				WHERE e.thread = u.id AND e.start_ns >= o.start_ns
					AND e.start_ns < o.end_ns AND e.sample IS NOT NULL)
				>= k.ran_share_min * (o.end_ns - o.start_ns)
			AND NOT EXISTS (SELECT 1 FROM main.observation AS e
				WHERE e.thread = u.id AND e.start_ns >= o.start_ns
					AND e.start_ns < o.end_ns AND e.class = 'park'))
	OR EXISTS (SELECT 1
		FROM thread AS u
		WHERE u.process = t.process AND u.id <> o.thread AND (
			SELECT total(min(e.end_ns, o.end_ns) - max(e.start_ns, o.start_ns))
			FROM main.observation AS e
			JOIN main.offcpu_span AS s ON s.id = e.offcpu_span
			LEFT JOIN stack AS h ON h.id = e.stack
			WHERE e.thread = u.id AND e.start_ns < o.end_ns AND e.end_ns > o.start_ns
				AND s.cause <> 'lock' AND (e.class IN ('poll', 'block-in-place')
					OR (e.class = 'pool' AND NOT e.pool_idle)
					OR (e.class = 'root' AND h.site_frame IS NOT NULL)))
			>= (1 - k.ran_share_min) * (o.end_ns - o.start_ns))
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
