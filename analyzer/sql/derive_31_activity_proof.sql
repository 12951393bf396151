-- May looks in a row at one task be taken for one poll, or are they many short polls?
--
-- Many short polls in a row are now and then caught with something else between two of them (a
-- sandwich). Where that happens to more than one run in twenty, and more than once, the runs of
-- this task prove nothing: they make no blocking span, and their time is shown as unproven.
INSERT INTO activity_proof (capture, activity, runs, sandwiches, proven)
WITH beside AS (
	SELECT activity, poll, looks,
		lag(activity) OVER stretch AS before,
		lead(activity) OVER stretch AS after
	FROM look_run
	WHERE capture = :capture
	WINDOW stretch AS (PARTITION BY thread, awake_ns ORDER BY first_ns, id)
), sandwich AS (
	SELECT before AS activity, count(*) AS sandwiches
	FROM beside
	WHERE looks = 1 AND before = after
	GROUP BY before
)
SELECT :capture, r.activity, sum(r.looks >= 2), coalesce(max(s.sandwiches), 0),
	coalesce(max(s.sandwiches), 0) <= max(1.0, 0.05 * sum(r.looks >= 2))
FROM look_run AS r
LEFT JOIN sandwich AS s ON s.activity = r.activity
WHERE r.capture = :capture AND r.poll
GROUP BY r.activity;
