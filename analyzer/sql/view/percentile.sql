-- How long are the shortest half (p50_ns) and the shortest 99% (p99_ns) of what a site or task did?
--
-- The only place with the rule: nearest rank, the smallest value that so many percent of all do not
-- exceed. Of sites (kind `site`, of site.id) and tasks (`task`) that is each blocking poll; of all
-- polls of a task that were timed (`timed-task`) it is the end of the histogram bucket they lie in.
CREATE VIEW percentile AS
WITH value AS (
	SELECT capture, 'site' AS kind, site AS subject, wall_ns, 1 AS count
	FROM site_poll
	UNION ALL
	SELECT capture, 'task', task, wall_ns, 1
	FROM blocking_poll
	UNION ALL
	SELECT s.capture, 'timed-task', k.task, coalesce(b.high_ns, b.low_ns), b.polls
	FROM poll_site AS s
	JOIN stack AS k ON k.id = s.stack
	JOIN poll_bucket AS b ON b.poll_site = s.id
	WHERE k.task IS NOT NULL
), running AS (
	SELECT capture, kind, subject, wall_ns, sum(count) OVER shorter AS rank,
		sum(count) OVER (PARTITION BY capture, kind, subject) AS count
	FROM value
	WINDOW shorter AS (PARTITION BY capture, kind, subject ORDER BY wall_ns
		ROWS UNBOUNDED PRECEDING)
)
SELECT capture, kind, subject,
	min(CASE WHEN rank >= (count * 50 + 99) / 100 THEN wall_ns END) AS p50_ns,
	min(CASE WHEN rank >= (count * 99 + 99) / 100 THEN wall_ns END) AS p99_ns
FROM running
GROUP BY capture, kind, subject;
