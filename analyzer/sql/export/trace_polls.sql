-- Blocking polls, thread by thread in the order of time.
SELECT thread, start_ns, end_ns, blocking_poll, function, cause, task, file, line, stack, wall_ns,
	run_queue_ns, blocked_ns, open, bounds, source, task_id, ready_max, left_queued
FROM trace_poll
WHERE capture = :capture
ORDER BY thread, start_ns;
