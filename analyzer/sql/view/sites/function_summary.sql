-- Which functions blocked the workers, or the main future (main), for how long, how often, and by
-- which causes?
--
-- The sites of one function as one row, with the causes' shares of its time. What no stack shows is
-- the last row (function `unknown`). rest: of the functions after it, which have less time.
CREATE VIEW function_summary AS
WITH listed AS MATERIALIZED (
	SELECT * FROM site_summary
), named AS MATERIALIZED (
	SELECT * FROM site_function
), whole AS MATERIALIZED (
	SELECT capture, function_site AS site, count(*) AS count,
		sum(wall_ns - run_queue_ns) AS total_ns, sum(run_queue_ns) AS run_queue_ns,
		max(wall_ns - run_queue_ns) AS max_ns
	FROM function_poll
	GROUP BY function_site
), cause AS MATERIALIZED (
	SELECT n.function_site AS site, b.cause, b.total_ns, b.open_count, b.longest_at_attach,
		b.longest_open, b.at_most, 1.0 * b.total_ns / max(n.function_ns, 1) AS share
	FROM named AS n
	JOIN listed AS b ON b.site = n.site
), causes AS MATERIALIZED (
	SELECT site, group_concat(named, ', ') AS causes, max(at_most) AS at_most,
		sum(open_count) AS open_count, max(longest_at_attach) AS longest_at_attach,
		max(longest_open) AS longest_open
	FROM (SELECT site, at_most, open_count, longest_at_attach, longest_open,
			CASE
			WHEN share >= 0.995 THEN cause
			WHEN share >= 0.005 THEN cause || printf(' %.0f%%', 100 * share)
			END AS named
		FROM cause ORDER BY site, total_ns DESC, cause)
	GROUP BY site
), ranked AS MATERIALIZED (
	SELECT subject AS site, wall_ns AS p99_ns
	FROM percentile
	WHERE kind = 'function' AND percent = 99
)
SELECT w.capture, w.site, b.function, b.crate, b.origin, b.file, b.line, b.cause, c.causes,
	b.boundary, b.boundary_file, b.boundary_line, b.leaf, b.leaf_file, b.leaf_line,
	b.leaf_share, b.tasks, b.wakers, b.waited_for, w.count, w.total_ns, w.run_queue_ns,
	r.p99_ns, w.max_ns, c.open_count, c.longest_at_attach, c.longest_open, b.unended_share,
	c.at_most,
	1.0 * w.total_ns / max(sum(w.total_ns) OVER (PARTITION BY w.capture, b.main), 1) AS share,
	count(*) OVER after AS rest, coalesce(sum(w.total_ns) OVER after, 0) AS rest_ns,
	b.function = 'unknown' AND b.origin = 'unknown' AS unknown,
	n.small, b.main
FROM whole AS w
JOIN causes AS c ON c.site = w.site
JOIN ranked AS r ON r.site = w.site
JOIN listed AS b ON b.site = w.site
JOIN named AS n ON n.site = w.site
WINDOW after AS (PARTITION BY w.capture, b.main, b.function = 'unknown' AND b.origin = 'unknown'
	ORDER BY w.total_ns DESC, b.function, w.site
	ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING)
ORDER BY w.capture, unknown, w.total_ns DESC, b.function, w.site;
