-- Which sleeps lie inside the blocking polls, each with its stack?
--
-- (+ keeps the search to the sleeps of the poll, where else all earlier ones of the thread are read.)
CREATE VIEW blocking_sleep AS
SELECT b.id AS blocking_poll, s.id AS offcpu_span, s.cause,
	CASE WHEN k.class = 'poll' THEN s.user_stack END AS stack,
	b.wall_ns, b.run_queue_ns
FROM blocking_poll AS b
JOIN offcpu_span AS s ON s.id = b.offcpu_span
LEFT JOIN stack AS k ON k.id = s.user_stack
UNION ALL
SELECT b.id, s.id, s.cause, CASE WHEN k.class = 'poll' THEN s.user_stack END,
	min(s.end_ns, b.end_ns) - max(s.start_ns, b.start_ns),
	min(s.run_queue_ns, min(s.end_ns, b.end_ns) - max(s.start_ns, b.start_ns))
FROM blocking_poll AS b
JOIN poll AS p ON p.id = b.poll
JOIN offcpu_span AS s ON s.thread = p.thread AND s.poll_ns = p.start_max_ns
	AND +s.start_ns < b.end_ns AND s.end_ns > b.start_ns
LEFT JOIN stack AS k ON k.id = s.user_stack
WHERE NOT s.preempted;
