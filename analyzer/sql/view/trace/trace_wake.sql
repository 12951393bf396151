-- Which recorded thread ended which wait of a blocking poll, and what did it run? Of a lock that is
-- its holder.
CREATE VIEW trace_wake AS
WITH named AS MATERIALIZED (
	SELECT w.stack, f.site AS function, f.file, f.line
	FROM waker_frame AS w
	JOIN frame AS f ON f.id = w.frame
)
SELECT s.capture, s.blocking_poll, s.offcpu_span, o.thread, t.function AS waiter, t.cause,
	s.blocked_ns, o.wakeup_ns AS time_ns, o.waker_thread,
	o.waker_stack, n.function AS waker, n.file, n.line
FROM slice AS s
JOIN offcpu_span AS o ON o.id = s.offcpu_span
JOIN site AS t ON t.id = s.site
LEFT JOIN named AS n ON n.stack = o.waker_stack
WHERE NOT t.main AND o.waker_thread IS NOT NULL AND o.wakeup_ns IS NOT NULL;
