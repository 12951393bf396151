-- How often, how long did polls of each task block? Percentiles (nearest rank) are over its blocking
-- spans; task NULL: of tasks that could not be told.
CREATE VIEW task_figures AS
WITH ranked AS (
	SELECT b.*,
		row_number() OVER (PARTITION BY b.capture, b.task ORDER BY b.wall_ns) AS rank,
		count(*) OVER (PARTITION BY b.capture, b.task) AS spans
	FROM blocking_poll AS b
), declared AS (
	SELECT k.capture, k.task, f.decl_file, f.decl_line,
		row_number() OVER (PARTITION BY k.capture, k.task ORDER BY count(*) DESC, f.decl_line)
			AS rank
	FROM stack AS k
	JOIN frame AS f ON f.id = k.entry_frame AND f.site = k.task
	GROUP BY k.capture, k.task, f.decl_file, f.decl_line
)
SELECT r.capture, r.task, d.decl_file AS file, d.decl_line AS line,
	count(*) AS count,
	min(CASE WHEN r.rank >= (r.spans * 50 + 99) / 100 THEN r.wall_ns END) AS p50_ns,
	min(CASE WHEN r.rank >= (r.spans * 99 + 99) / 100 THEN r.wall_ns END) AS p99_ns,
	max(r.wall_ns) AS max_ns,
	sum(r.wall_ns) AS blocked_ns,
	2 * sum(CASE WHEN r.bounds = 'upper' THEN r.wall_ns ELSE 0 END) > sum(r.wall_ns) AS at_most,
	CASE WHEN max(r.source = 'exact') THEN 'exact' WHEN max(r.source = 'passive') THEN 'passive'
		ELSE min(r.source) END AS source
FROM ranked AS r
LEFT JOIN declared AS d ON d.capture = r.capture AND d.task = r.task AND d.rank = 1
GROUP BY r.capture, r.task;
