-- For whom did the thread wait that ended a wait for a lock?
--
-- A writer that holds a fair lock for a microsecond ends the wait of many readers, but most of that
-- time it waited itself, for one long reader. So where the waker waited for a lock for at least
-- half of the time, its own wait is followed, and so on: last_span is the wait at the end of this
-- chain; its waker is the thread that did not wait. A thread that waits for something to do (a
-- park, an idle thread of the blocking pool) waits for no lock, and one that was woken and has no
-- CPU yet waits for nobody.
INSERT INTO wait_chain (offcpu_span, capture, last_span, waits)
WITH RECURSIVE chain (offcpu_span, last_span, waits) AS (
	SELECT o.id, o.id, 0
	FROM slice AS s
	JOIN offcpu_span AS o ON o.id = s.offcpu_span
	WHERE s.capture = :capture AND o.cause = 'lock' AND o.wakeup_ns IS NOT NULL
	UNION
	SELECT c.offcpu_span, w.id, c.waits + 1
	FROM chain AS c
	JOIN offcpu_span AS l ON l.id = c.last_span
	JOIN offcpu_span AS w ON w.id = (SELECT p.id FROM offcpu_span AS p
		WHERE p.thread = l.waker_thread AND p.cause = 'lock' AND p.end_ns <= l.wakeup_ns
		ORDER BY p.end_ns DESC LIMIT 1)
	JOIN stack AS k ON k.id = w.user_stack AND k.class <> 'park' AND NOT k.pool_idle
	WHERE c.waits < 16 AND w.waker_tid IS NOT NULL
		AND 2 * (w.wakeup_ns - max(w.start_ns, l.start_ns)) >= l.wakeup_ns - l.start_ns
)
SELECT offcpu_span, :capture, last_span, max(waits)
FROM chain
WHERE waits > 0
GROUP BY offcpu_span;
