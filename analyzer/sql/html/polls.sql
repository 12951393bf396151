-- Blocking polls, the longest of them where there are very many. Times are since the chosen start.
SELECT p.blocking_poll, p.thread, p.start_ns - t.start_ns AS start_ns,
	p.end_ns - p.start_ns AS length_ns, p.blocked_ns, p.run_queue_ns, p.site, p.stack, p.task,
	p.bounds, p.open, p.ready_max, p.left_queued
FROM trace_poll AS p
JOIN chosen_time AS t ON t.capture = p.capture
WHERE p.capture = :capture
ORDER BY p.wall_ns DESC, p.blocking_poll
LIMIT :polls;
