-- How long is the median, and the 99th percentile, of what each site and task did?
--
-- By nearest rank: the smallest value that so many percent of all do not exceed. (The same rule for
-- the blocks of a comparison: sql/diff/derive/60_figure.sql.) kind `site` and `function` (of
-- site.id) and `task` are over blocking polls, without the time they waited for a CPU; `timed-task`
-- is over all polls of a task while each was timed, each as the end of the histogram bucket that it
-- is in.
CREATE VIEW percentile AS
WITH value AS NOT MATERIALIZED (
	SELECT capture, 'site' AS kind, site AS subject, blocked_ns AS wall_ns, 1 AS count
	FROM site_poll
	UNION ALL
	SELECT capture, 'function', function_site, blocked_ns, 1
	FROM function_poll
	UNION ALL
	SELECT capture, 'task', task, blocked_ns, 1
	FROM blocking_poll
	WHERE NOT main
	UNION ALL
	SELECT s.capture, 'timed-task', s.task, coalesce(b.high_ns, b.low_ns), b.polls
	FROM poll_site AS s
	JOIN poll_bucket AS b ON b.poll_site = s.id
	WHERE s.task IS NOT NULL
), ranked AS (
	SELECT capture, kind, subject, wall_ns, count, sum(count) OVER shorter AS rank,
		sum(count) OVER (PARTITION BY capture, kind, subject) AS all_count
	FROM value
	WINDOW shorter AS (PARTITION BY capture, kind, subject ORDER BY wall_ns
		ROWS UNBOUNDED PRECEDING)
), wanted AS (
	SELECT 50 AS percent UNION ALL SELECT 99
)
SELECT r.capture, r.kind, r.subject, w.percent, r.wall_ns
FROM ranked AS r
JOIN wanted AS w
WHERE r.rank >= (r.all_count * w.percent + 99) / 100
	AND r.rank - r.count < (r.all_count * w.percent + 99) / 100;
