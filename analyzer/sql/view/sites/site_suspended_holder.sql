-- At which sites did workers wait for locks that, as far as was seen, no running thread held? The
-- guard of such a lock may be kept over an .await, by a task that is suspended.
--
-- Half of the site's time asleep or more (advice_share_min) is in waits for a lock which lasted for
-- stuck_ns or more and went on at the end, while no thread ran that may have it (unended_wait); or
-- which a worker ended in a poll, after it had been
-- parked, or had polled another task, during the wait, and without waiting for a lock itself.
CREATE VIEW site_suspended_holder AS
WITH lock_wait AS MATERIALIZED (
	SELECT s.id AS site, l.blocked_ns, o.id AS offcpu_span,
		o.start_ns, coalesce(o.wakeup_ns, o.end_ns) AS end_ns, o.waker_thread, o.waker_stack
	FROM site AS s
	JOIN slice AS l ON l.site = s.id
	JOIN offcpu_span AS o ON o.id = l.offcpu_span
	WHERE s.cause = 'lock'
), by_worker AS MATERIALIZED (
	SELECT w.*, k.task
	FROM lock_wait AS w
	JOIN stack AS k ON k.id = w.waker_stack AND k.class = 'poll'
	JOIN thread_role AS r ON r.thread = w.waker_thread AND r.role = 'worker'
), suspended AS (
	SELECT site, blocked_ns
	FROM lock_wait
	WHERE offcpu_span IN (SELECT offcpu_span FROM unended_wait WHERE NOT others_ran)
	UNION ALL
	SELECT w.site, w.blocked_ns
	FROM by_worker AS w
	WHERE NOT EXISTS (SELECT 1 FROM offcpu_span AS o
			LEFT JOIN stack AS k ON k.id = o.user_stack
			WHERE o.thread = w.waker_thread AND o.start_ns < w.end_ns
				AND o.end_ns > w.start_ns AND o.cause = 'lock'
				AND o.runtime_state IS NOT 'park' AND k.class IS NOT 'park')
		AND (EXISTS (SELECT 1 FROM thread_window AS n
				WHERE n.thread = w.waker_thread AND n.start_ns < w.end_ns
					AND n.start_ns > w.start_ns - 1000000000
					AND n.end_ns > w.start_ns
					AND n.parked_ns > n.end_ns - n.start_ns
						- (min(n.end_ns, w.end_ns)
							- max(n.start_ns, w.start_ns)))
			OR EXISTS (SELECT 1 FROM observation AS b
				LEFT JOIN stack AS k ON k.id = b.stack
				WHERE b.thread = w.waker_thread AND b.start_ns >= w.start_ns
					AND b.start_ns < w.end_ns
					AND (b.class = 'park'
						OR (b.class = 'poll' AND k.task <> w.task))))
)
SELECT h.site
FROM (SELECT site, sum(blocked_ns) AS blocked_ns FROM lock_wait GROUP BY site) AS h
JOIN (SELECT site, sum(blocked_ns) AS blocked_ns FROM suspended GROUP BY site) AS u
	ON u.site = h.site
JOIN constant AS c
WHERE u.blocked_ns >= c.advice_share_min * h.blocked_ns;
