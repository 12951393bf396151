-- When did the main future block itself, and what it joins? It blocks no worker.
--
-- Waits at or over the threshold, without the time they waited for a CPU, in code of the user's
-- inside the block_on: a future that only waits for its wake-up has none. And runs of samples
-- (44_main_run.sql), which are upper bounds: several polls in a row look the same.
INSERT INTO blocking_poll (capture, thread, kind, offcpu_span, sample_run, start_ns, end_ns,
	wall_ns, run_queue_ns, open, bounds, source, main)
WITH reached AS (
	SELECT 'off-cpu' AS kind, o.thread, o.id AS offcpu_span, NULL AS sample_run, o.start_ns,
		o.end_ns, o.run_queue_ns, o.open,
		CASE WHEN o.open OR o.at_attach THEN 'lower' ELSE 'exact' END AS bounds
	FROM thread AS t
	JOIN process AS p ON p.id = t.process AND p.pid = t.tid
	CROSS JOIN offcpu_span AS o ON o.thread = t.id
	JOIN stack AS k ON k.id = o.user_stack
	JOIN capture AS c ON c.id = t.capture
	WHERE t.capture = :capture AND k.class = 'root' AND k.site_frame IS NOT NULL
		AND k.entry_frame IS NOT NULL AND NOT o.preempted
		AND o.end_ns - o.start_ns - o.run_queue_ns >= c.threshold_ns
	UNION ALL
	SELECT 'cpu', thread, NULL, id, start_ns, end_ns, waited_ns, 0, 'upper'
	FROM run_length
	WHERE capture = :capture AND activity = 'main future' AND is_long
)
SELECT :capture, thread, kind, offcpu_span, sample_run, start_ns, end_ns, end_ns - start_ns,
	min(run_queue_ns, end_ns - start_ns), open, bounds, 'stack', 1
FROM reached
ORDER BY start_ns, offcpu_span, sample_run;
