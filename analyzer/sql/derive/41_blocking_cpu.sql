-- Which runs of samples were polls that kept a worker on its CPU for the threshold or longer?
--
-- Several polls of one task in a row look the same, so the time is an upper bound. A run in a poll
-- that is known by more than its stacks is part of that one (39_blocking_poll.sql).
INSERT INTO blocking_poll (capture, thread, kind, sample_run, start_ns, end_ns, wall_ns,
	run_queue_ns, open, bounds, source, task)
SELECT r.capture, r.thread, 'cpu', r.id, r.start_ns, r.end_ns, r.end_ns - r.start_ns,
	min(r.waited_ns, r.end_ns - r.start_ns), 0, 'upper', 'stack', r.task
FROM stack_run AS r
JOIN activity_proof AS a ON a.capture = r.capture AND a.activity = r.activity
WHERE r.capture = :capture AND r.poll AND r.is_long AND a.proven
	AND NOT EXISTS (SELECT 1 FROM blocking_poll AS b
		WHERE b.thread = r.thread AND b.kind = 'poll' AND b.start_ns < r.last_ns
			AND b.end_ns > r.first_ns)
ORDER BY r.start_ns, r.id;
