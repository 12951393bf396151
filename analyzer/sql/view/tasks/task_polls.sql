-- How many polls did tasks of each type make while each poll was timed, and how long did they take?
--
-- Percentiles are upper bounds: the end of their histogram bucket (within 25%), the longest at
-- most.
CREATE VIEW task_polls AS
WITH summed AS (
	SELECT capture, task, sum(polls) AS polls, sum(total_ns) AS total_ns, max(max_ns) AS max_ns
	FROM poll_site
	WHERE task IS NOT NULL
	GROUP BY capture, task
), ranked AS (
	SELECT capture, subject AS task, max(CASE WHEN percent = 50 THEN wall_ns END) AS p50_ns,
		max(CASE WHEN percent = 99 THEN wall_ns END) AS p99_ns
	FROM percentile
	WHERE kind = 'timed-task'
	GROUP BY capture, subject
)
SELECT s.capture, s.task, s.polls, s.total_ns, min(r.p50_ns, s.max_ns) AS p50_ns,
	min(r.p99_ns, s.max_ns) AS p99_ns, s.max_ns
FROM summed AS s
JOIN ranked AS r ON r.capture = s.capture AND r.task = s.task;
