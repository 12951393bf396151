-- May looks in a row at one task be taken for one poll, or are they many short polls?
--
-- One long poll is one run of looks; so is a chance row of short polls, which otherwise show as
-- single looks. So runs that reach the threshold must come twice at least, and be one in twenty of
-- all; or one must be so long (four thresholds) that chance does not make it.
--
-- Many short polls in a row are now and then caught with something else between two of them (a
-- sandwich). Where that happens to more than one run in twenty, and more than once, the runs of
-- this task prove nothing: they make no blocking span, and their time is shown as unproven.
INSERT INTO activity_proof (capture, activity, runs, sandwiches, proven)
WITH beside AS (
	SELECT activity, poll, samples,
		lag(activity) OVER stretch AS before,
		lead(activity) OVER stretch AS after
	FROM sample_run
	WHERE capture = :capture
	WINDOW stretch AS (PARTITION BY thread, awake_ns ORDER BY first_ns, id)
), sandwich AS (
	SELECT before AS activity, count(*) AS sandwiches
	FROM beside
	WHERE (samples = 1 OR NOT poll) AND before = after
	GROUP BY before
)
SELECT :capture, r.activity, sum(r.samples >= 2), coalesce(max(s.sandwiches), 0),
	coalesce(max(s.sandwiches), 0) <= max(1.0, 0.05 * sum(r.samples >= 2))
		AND (max(r.last_ns - r.first_ns - r.waited_ns) >= 4 * 0.98 * c.threshold_ns
			OR (sum(r.last_ns - r.first_ns - r.waited_ns >= 0.98 * c.threshold_ns) >= 2
				AND 20 * sum(r.last_ns - r.first_ns - r.waited_ns
					>= 0.98 * c.threshold_ns) >= count(*)))
FROM sample_run AS r
JOIN capture AS c ON c.id = r.capture
LEFT JOIN sandwich AS s ON s.activity = r.activity
WHERE r.capture = :capture AND r.poll
GROUP BY r.activity;
