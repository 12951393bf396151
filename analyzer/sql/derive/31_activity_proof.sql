-- Are consecutive samples of one task one long poll, or many short polls?
--
-- A long poll is one run of samples, but short polls make such a run by chance too; mostly they
-- show as single samples. So at least two runs, and one in run_long_one_in, must reach the
-- threshold; or one must be so long (run_certain_thresholds) that chance does not explain it.
--
-- Between many short polls something else is sampled now and then: an interruption. Where that
-- happens to more runs than run_interrupted_share_max, and more than once, the runs of this task
-- prove nothing: they are no blocking polls, and their time is reported as unproven.
INSERT INTO activity_proof (capture, activity, runs, interruptions, proven)
WITH neighbour AS (
	SELECT activity, poll, samples,
		lag(activity) OVER stretch AS before,
		lead(activity) OVER stretch AS after
	FROM sample_run
	WHERE capture = :capture
	WINDOW stretch AS (PARTITION BY thread, awake_ns ORDER BY first_ns, id)
), interruption AS (
	SELECT before AS activity, count(*) AS interruptions
	FROM neighbour
	WHERE (samples = 1 OR NOT poll) AND before = after
	GROUP BY before
)
SELECT :capture, r.activity, sum(r.samples >= 2), coalesce(max(s.interruptions), 0),
	coalesce(max(s.interruptions), 0) <= max(1.0,
			k.run_interrupted_share_max * sum(r.samples >= 2))
		AND (max(r.cpu_ns) >= k.run_certain_thresholds * k.run_share_min * c.threshold_ns
			OR (sum(r.is_long) >= 2
				AND k.run_long_one_in * sum(r.is_long) >= count(*)))
FROM run_length AS r
JOIN capture AS c ON c.id = r.capture
JOIN constant AS k
LEFT JOIN interruption AS s ON s.activity = r.activity
WHERE r.capture = :capture AND r.poll
GROUP BY r.activity;
