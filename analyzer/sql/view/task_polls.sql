-- How many polls did tasks of each type make while each was seen, and how long did they take?
--
-- Percentiles are bounds from above: the end of the bucket they lie in (within 25%).
CREATE VIEW task_polls AS
WITH site AS (
	SELECT s.id, s.capture, k.task, s.polls, s.total_ns, s.max_ns
	FROM poll_site AS s
	JOIN stack AS k ON k.id = s.stack
	WHERE k.task IS NOT NULL
), bucket AS (
	SELECT s.capture, s.task, b.low_ns, b.high_ns, sum(b.polls) AS polls
	FROM site AS s
	JOIN poll_bucket AS b ON b.poll_site = s.id
	GROUP BY s.capture, s.task, b.low_ns, b.high_ns
), running AS (
	SELECT *, sum(polls) OVER upto AS upto, sum(polls) OVER (PARTITION BY capture, task) AS all_polls
	FROM bucket
	WINDOW upto AS (PARTITION BY capture, task ORDER BY low_ns ROWS UNBOUNDED PRECEDING)
), reached AS (
	SELECT capture, task,
		min(CASE WHEN upto >= (all_polls * 50 + 99) / 100 THEN coalesce(high_ns, low_ns) END) AS p50_ns,
		min(CASE WHEN upto >= (all_polls * 99 + 99) / 100 THEN coalesce(high_ns, low_ns) END) AS p99_ns
	FROM running
	GROUP BY capture, task
), summed AS (
	SELECT capture, task, sum(polls) AS polls, sum(total_ns) AS total_ns, max(max_ns) AS max_ns
	FROM site
	GROUP BY capture, task
)
SELECT s.capture, s.task, s.polls, s.total_ns, min(r.p50_ns, s.max_ns) AS p50_ns,
	min(r.p99_ns, s.max_ns) AS p99_ns, s.max_ns
FROM summed AS s
JOIN reached AS r ON r.capture = s.capture AND r.task = s.task;
