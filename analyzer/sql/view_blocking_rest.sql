-- How much of each blocking poll is not in a sleep with a record of its own?
--
-- unseen_ns: in sleeps that were only counted: a sample of the short ones has a record. cpu_ns: the
-- rest, on a CPU or waiting for one.
CREATE VIEW blocking_rest AS
WITH slept AS (
	SELECT blocking_poll, sum(wall_ns) AS wall_ns, sum(run_queue_ns) AS run_queue_ns
	FROM blocking_sleep
	GROUP BY blocking_poll
), whole AS (
	SELECT b.id, b.wall_ns - coalesce(s.wall_ns, 0) AS left_ns,
		max(b.run_queue_ns - coalesce(s.run_queue_ns, 0), 0) AS left_run_queue_ns,
		max(coalesce(p.sleep_ns, 0)
			- coalesce(s.wall_ns - s.run_queue_ns, 0), 0) AS unseen_ns
	FROM blocking_poll AS b
	LEFT JOIN poll AS p ON p.id = b.poll
	LEFT JOIN slept AS s ON s.blocking_poll = b.id
	WHERE b.offcpu_span IS NULL
)
SELECT id AS blocking_poll, min(unseen_ns, left_ns) AS unseen_ns,
	left_ns - min(unseen_ns, left_ns) AS cpu_ns,
	min(left_run_queue_ns, left_ns - min(unseen_ns, left_ns)) AS run_queue_ns
FROM whole;
