-- Which polls, seen as such, blocked a worker?
--
-- Those that lasted for the threshold at least, by what was seen of them, without the time they waited
-- for a CPU: the middle between two looks far apart proves nothing. A poll that may be several
-- (upper_bound) is not among them: of it only the sleeps count that are long by themselves. The task
-- is told by analyzer/derive/poll_task.c.
INSERT INTO blocking_poll (capture, thread, kind, poll, start_ns, end_ns, wall_ns, run_queue_ns,
	open, bounds, source, task)
SELECT p.capture, p.thread, 'poll', p.id, p.start_ns, p.end_ns, p.end_ns - p.start_ns,
	min(p.run_queue_ns, p.end_ns - p.start_ns), p.open,
	CASE
	WHEN p.open OR p.start_min_ns IS NULL THEN 'lower'
	WHEN p.start_exact AND p.end_exact THEN 'exact'
	ELSE 'both'
	END,
	CASE WHEN p.start_exact THEN 'exact' ELSE 'passive' END,
	k.task
FROM poll_task(:capture) AS k
CROSS JOIN poll AS p ON p.id = k.poll
JOIN thread AS t ON t.id = p.thread
JOIN process_source AS q ON q.process = t.process
JOIN capture AS c ON c.id = p.capture
WHERE q.source <> 'stack'
	AND NOT p.upper_bound
	AND p.end_min_ns - p.start_max_ns - p.run_queue_ns >= c.threshold_ns
ORDER BY p.start_ns, p.id;
