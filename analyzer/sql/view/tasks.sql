-- How often, how long did polls of each task block, where most, and how long did all its polls take?
--
-- Where each poll was seen (population `all`) the percentiles are over all polls of the task, else
-- (`long`) over its blocking ones, nearest rank; polls NULL: not known. task NULL: could not be told.
CREATE VIEW tasks AS
WITH ranked AS (
	SELECT capture, task, wall_ns, row_number() OVER (PARTITION BY capture, task ORDER BY wall_ns) AS rank
	FROM blocking_poll
), declared AS (
	SELECT k.capture, k.task, f.decl_file, f.decl_line,
		row_number() OVER (PARTITION BY k.capture, k.task ORDER BY count(*) DESC, f.decl_line)
			AS rank
	FROM stack AS k
	JOIN frame AS f ON f.id = k.entry_frame AND f.site = k.task
	GROUP BY k.capture, k.task, f.decl_file, f.decl_line
), blocked AS MATERIALIZED (
	SELECT capture, task, count(*) AS count, max(wall_ns) AS max_ns, sum(wall_ns) AS blocked_ns, count(DISTINCT thread) AS workers,
		2 * sum(CASE WHEN bounds = 'upper' THEN wall_ns ELSE 0 END) > sum(wall_ns) AS at_most,
		CASE WHEN max(source = 'exact') THEN 'exact'
			WHEN max(source = 'passive') THEN 'passive' ELSE min(source) END AS source
	FROM blocking_poll
	GROUP BY capture, task
), percentile AS MATERIALIZED (
	SELECT r.capture, r.task,
		max(CASE WHEN r.rank = (b.count * 50 + 99) / 100 THEN r.wall_ns END) AS p50_ns,
		max(CASE WHEN r.rank = (b.count * 99 + 99) / 100 THEN r.wall_ns END) AS p99_ns
	FROM ranked AS r
	JOIN blocked AS b ON b.capture = r.capture AND b.task IS r.task
	WHERE r.rank IN ((b.count * 50 + 99) / 100, (b.count * 99 + 99) / 100)
	GROUP BY r.capture, r.task
), place AS MATERIALIZED (
	SELECT capture, task, site, row_number() OVER (PARTITION BY capture, task
		ORDER BY wall_ns DESC, site) AS rank
	FROM site_task
), seen AS (
	SELECT capture, task FROM blocked
	UNION
	SELECT capture, task FROM task_polls
)
SELECT n.capture, n.task, d.decl_file AS file, d.decl_line AS line, coalesce(b.count, 0) AS count,
	p.polls, CASE WHEN p.polls IS NULL THEN 'long' ELSE 'all' END AS population,
	coalesce(p.p50_ns, c.p50_ns) AS p50_ns, coalesce(p.p99_ns, c.p99_ns) AS p99_ns,
	max(coalesce(p.max_ns, 0), coalesce(b.max_ns, 0)) AS max_ns,
	coalesce(b.blocked_ns, 0) AS blocked_ns, coalesce(b.at_most, 0) AS at_most,
	coalesce(b.source, 'exact') AS source, coalesce(b.workers, 0) AS workers,
	s.function AS site_function, s.cause AS site_cause
FROM seen AS n
LEFT JOIN blocked AS b ON b.capture = n.capture AND b.task IS n.task
LEFT JOIN percentile AS c ON c.capture = n.capture AND c.task IS n.task
LEFT JOIN task_polls AS p ON p.capture = n.capture AND p.task = n.task
LEFT JOIN declared AS d ON d.capture = n.capture AND d.task = n.task AND d.rank = 1
LEFT JOIN place AS a ON a.capture = n.capture AND a.task = n.task AND a.rank = 1
LEFT JOIN site AS s ON s.id = a.site
ORDER BY n.capture, blocked_ns DESC, n.task;
