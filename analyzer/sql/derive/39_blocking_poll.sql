-- Which polls that have a record blocked a worker?
--
-- Those that certainly lasted for the threshold, without the time they waited for a CPU or for a
-- probe of hud's own: from the latest possible start to the earliest possible end. (start_ns and
-- end_ns may be the middle between two samples far apart, which proves nothing.) A poll that may be
-- several (upper_bound) does not count; sleeps in it that are long by themselves do
-- (40_blocking_offcpu.sql). Nor does one that only clocks speak for (unobserved).
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
	p.task
FROM poll AS p
JOIN thread AS t ON t.id = p.thread
JOIN process_source AS q ON q.process = t.process
JOIN capture AS c ON c.id = p.capture
WHERE p.capture = :capture AND q.source <> 'stack'
	AND NOT p.upper_bound
	AND NOT p.unobserved
	AND p.end_min_ns - p.start_max_ns - p.run_queue_ns >= c.threshold_ns /* most are not */
	AND p.end_min_ns - p.start_max_ns - p.run_queue_ns - coalesce((
			SELECT sum(max(min(w.end_ns, p.end_min_ns) - w.start_ns
				- w.run_queue_ns, 0))
			FROM probe_wait AS w
			WHERE w.thread = p.thread AND w.start_ns >= p.start_max_ns
				AND w.start_ns < p.end_min_ns), 0) >= c.threshold_ns
ORDER BY p.start_ns, p.id;
