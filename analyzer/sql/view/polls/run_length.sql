-- How long was each run of samples, and is that long enough to block?
--
-- cpu_ns: from the first sample to the last, without waits for a CPU. That must reach run_share_min
-- of the threshold, since samples are not quite regular. start_ns and end_ns: half a sampling
-- period at either end is added, but nothing from before the thread last woke.
CREATE VIEW run_length AS
SELECT r.*, r.last_ns - r.first_ns - r.waited_ns AS cpu_ns,
	r.samples >= 2
		AND r.last_ns - r.first_ns - r.waited_ns >= k.run_share_min * c.threshold_ns
		AS is_long,
	max(r.first_ns - p.sample_ns / 2, min(r.awake_ns, r.first_ns)) AS start_ns,
	r.last_ns + p.sample_ns - p.sample_ns / 2 AS end_ns
FROM sample_run AS r
JOIN capture AS c ON c.id = r.capture
JOIN sample_period AS p ON p.capture = r.capture
JOIN constant AS k;
