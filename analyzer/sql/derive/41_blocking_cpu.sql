-- Which runs of samples were polls that kept a worker on its CPU for the threshold or longer?
--
-- The time from the first sample to the last, without waits for a CPU, must reach run_share_min of
-- the threshold (samples are not quite regular). Half a sampling period is added at either end, but
-- nothing from before the thread last woke. Several polls of one task in a row look the same, so
-- the time is an upper bound.
INSERT INTO blocking_poll (capture, thread, kind, sample_run, start_ns, end_ns, wall_ns,
	run_queue_ns, open, bounds, source, task)
WITH period AS (
	SELECT id AS capture, threshold_ns,
		CASE WHEN sample_hz > 0 THEN 1000000000 / sample_hz ELSE 0 END AS sample_ns
	FROM capture
	WHERE id = :capture
), reached AS (
	SELECT r.*,
		max(r.first_ns - p.sample_ns / 2, min(r.awake_ns, r.first_ns)) AS start_ns,
		r.last_ns + p.sample_ns - p.sample_ns / 2 AS end_ns
	FROM stack_run AS r
	JOIN period AS p ON p.capture = r.capture
	JOIN activity_proof AS a ON a.capture = r.capture AND a.activity = r.activity
	JOIN constant AS k
	WHERE r.poll AND a.proven AND r.samples >= 2
		AND r.last_ns - r.first_ns - r.waited_ns >= k.run_share_min * p.threshold_ns
)
SELECT capture, thread, 'cpu', id, start_ns, end_ns, end_ns - start_ns,
	min(waited_ns, end_ns - start_ns), 0, 'upper', 'stack', task
FROM reached
ORDER BY start_ns, id;
