-- Who ended the waits of the polls that are shown.
WITH shown AS MATERIALIZED (
	SELECT id FROM blocking_poll
	WHERE capture = :capture AND NOT main
	ORDER BY wall_ns DESC, id
	LIMIT :polls
)
SELECT w.blocking_poll, t.tid, t.comm, w.waker, w.file, w.line, w.blocked_ns, w.waker_stack AS stack
FROM trace_wake AS w
JOIN thread AS t ON t.id = w.waker_thread
WHERE w.capture = :capture AND w.blocking_poll IN (SELECT id FROM shown)
ORDER BY w.blocking_poll, w.time_ns;
