-- Which sleeps blocked a worker, where there is no record of the poll?
--
-- Those inside a poll on a thread that had its core, at or over the threshold without the time they
-- waited for a CPU (analyzer/derive/long_sleep.c finds them). Also those of a worker whose stack
-- shows nothing, if they cannot be a park: a park waits in the calls of park_call, and the futex of
-- a park is never woken directly by the user's own code (view user_waker). A whole stack through
-- functions without names shows nothing either; but there it may be in block_in_place, and is left
-- unclassified. Waits for a probe of hud's own do not count; nor does one at whose beginning the
-- runtime's memory could not be read, if it lies in a poll that went on afterwards.
INSERT INTO blocking_poll (capture, thread, kind, offcpu_span, start_ns, end_ns, wall_ns,
	run_queue_ns, open, bounds, source, task)
SELECT s.capture, s.thread, 'off-cpu', s.id, s.start_ns, s.end_ns, s.end_ns - s.start_ns,
	s.run_queue_ns, s.open, CASE WHEN s.open OR s.at_attach THEN 'lower' ELSE 'exact' END,
	q.source, k.task
FROM long_sleep(:capture) AS e
CROSS JOIN offcpu_span AS s ON s.id = e.offcpu_span
JOIN thread_role AS r ON r.thread = s.thread
JOIN thread AS t ON t.id = s.thread
JOIN process_source AS q ON q.process = t.process
LEFT JOIN stack AS k ON k.id = s.user_stack
WHERE NOT EXISTS (SELECT 1 FROM poll AS p
		WHERE p.thread = s.thread AND p.start_max_ns = s.poll_ns
			AND p.id IN (SELECT poll FROM blocking_poll
				WHERE capture = :capture AND poll IS NOT NULL))
	AND NOT (s.poll_ns IS NULL AND EXISTS (SELECT 1 FROM poll AS p
		WHERE p.thread = s.thread AND p.start_max_ns <= s.start_ns
			AND p.end_min_ns >= s.end_ns
			AND p.id IN (SELECT poll FROM blocking_poll
				WHERE capture = :capture AND poll IS NOT NULL)))
	AND (e.class = 'poll'
		OR (e.class = 'unknown'
			AND r.role = 'worker'
			AND NOT (coalesce(k.complete, 0) AND EXISTS (SELECT 1
				FROM stack_frame AS p JOIN frame AS f ON f.id = p.frame
				WHERE p.stack = k.id AND f.function GLOB '*+0x*'))
			AND (s.syscall IS NULL
				OR s.syscall_name NOT IN (SELECT c.syscall_name FROM park_call AS c)
				OR (s.cause = 'lock'
					AND s.waker_stack IN (SELECT stack FROM user_waker)))))
	AND NOT EXISTS (SELECT 1 FROM probe_wait AS w
		WHERE w.thread = s.thread AND w.start_ns = s.start_ns)
ORDER BY s.start_ns, s.id;
