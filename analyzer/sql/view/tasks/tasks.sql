-- How often and how long did polls of each task block, where most, and how long did all its polls
-- take?
--
-- Where each poll was timed (population `all`) the percentiles are over all polls of the task, else
-- (`long`) over its blocking ones. polls NULL: how many there were is not known. task NULL: the
-- stacks do not show which task it was. places: async blocks of one function are tasks of one name;
-- the line is that of the one that was seen the most.
CREATE VIEW tasks AS
WITH declared AS (
	SELECT k.capture, k.task, f.decl_file, f.decl_line,
		count(*) OVER (PARTITION BY k.capture, k.task) AS places,
		row_number() OVER (PARTITION BY k.capture, k.task
			ORDER BY count(*) DESC, f.decl_line) AS rank
	FROM stack AS k
	JOIN frame AS f ON f.id = k.entry_frame AND f.site = k.task
	GROUP BY k.capture, k.task, f.decl_file, f.decl_line
), blocked AS MATERIALIZED (
	SELECT capture, task, count(*) AS count, max(blocked_ns) AS max_ns,
		sum(blocked_ns) AS blocked_ns,
		count(DISTINCT thread) AS workers,
		2 * sum(CASE WHEN bounds = 'upper' THEN blocked_ns ELSE 0 END) > sum(blocked_ns)
			AS at_most,
		CASE WHEN max(source = 'exact') THEN 'exact'
			WHEN max(source = 'passive') THEN 'passive' ELSE min(source) END AS source
	FROM blocking_poll
	WHERE NOT main
	GROUP BY capture, task
), ranked AS MATERIALIZED (
	SELECT capture, subject AS task, max(CASE WHEN percent = 50 THEN wall_ns END) AS p50_ns,
		max(CASE WHEN percent = 99 THEN wall_ns END) AS p99_ns
	FROM percentile
	WHERE kind = 'task'
	GROUP BY capture, subject
), place AS MATERIALIZED (
	SELECT capture, task, site,
		row_number() OVER (PARTITION BY capture, task
			ORDER BY blocked_ns DESC, site) AS rank
	FROM site_task
), seen AS (
	SELECT capture, task FROM blocked
	UNION
	SELECT capture, task FROM task_polls
)
SELECT n.capture, n.task, d.decl_file AS file, d.decl_line AS line,
	coalesce(d.places, 0) AS places, coalesce(b.count, 0) AS count,
	p.polls, CASE WHEN p.polls IS NULL THEN 'long' ELSE 'all' END AS population,
	coalesce(p.p50_ns, r.p50_ns) AS p50_ns, coalesce(p.p99_ns, r.p99_ns) AS p99_ns,
	max(coalesce(p.max_ns, 0), coalesce(b.max_ns, 0)) AS max_ns,
	coalesce(b.blocked_ns, 0) AS blocked_ns, coalesce(b.at_most, 0) AS at_most,
	coalesce(b.source, 'exact') AS source, coalesce(b.workers, 0) AS workers,
	s.function AS site_function, s.cause AS site_cause
FROM seen AS n
LEFT JOIN blocked AS b ON b.capture = n.capture AND b.task IS n.task
LEFT JOIN ranked AS r ON r.capture = n.capture AND r.task IS n.task
LEFT JOIN task_polls AS p ON p.capture = n.capture AND p.task = n.task
LEFT JOIN declared AS d ON d.capture = n.capture AND d.task = n.task AND d.rank = 1
LEFT JOIN place AS a ON a.capture = n.capture AND a.task = n.task AND a.rank = 1
LEFT JOIN site AS s ON s.id = a.site
ORDER BY n.capture, blocked_ns DESC, n.task;
