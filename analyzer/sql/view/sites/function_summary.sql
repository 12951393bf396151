-- Which functions blocked the workers, or the main future (main), for how long, how often, and by
-- which causes?
--
-- What no stack shows is the last row (function `unknown`). rest: of the functions after it, which
-- have less time. Who ended its waits is said of those for locks.
CREATE VIEW function_summary AS
WITH summary AS MATERIALIZED (
	SELECT * FROM site_summary
)
SELECT w.capture, w.site, b.function, b.crate, b.origin, b.file, b.line, b.cause, w.causes,
	b.boundary, b.boundary_file, b.boundary_line, b.boundary_share, b.leaf, b.leaf_file,
	b.leaf_line,
	b.leaf_share, b.tasks, h.wakers, h.waited_for, w.count, w.total_ns, w.run_queue_ns,
	w.p99_ns, w.max_ns, w.open_count, w.longest_at_attach, w.longest_open, h.unended_share,
	w.at_most,
	1.0 * w.total_ns / max(sum(w.total_ns) OVER (PARTITION BY w.capture, b.main), 1) AS share,
	count(*) OVER after AS rest, coalesce(sum(w.total_ns) OVER after, 0) AS rest_ns,
	b.function = 'unknown' AND b.origin = 'unknown' AS unknown,
	w.small, b.main, b.inferred, b.next_task, b.queued_max
FROM function_figures AS w
JOIN summary AS b ON b.site = w.site
LEFT JOIN summary AS h ON h.site = w.lock_site
WINDOW after AS (PARTITION BY w.capture, b.main, b.function = 'unknown' AND b.origin = 'unknown'
	ORDER BY w.total_ns DESC, b.function, w.site
	ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING)
ORDER BY w.capture, unknown, w.total_ns DESC, b.function, w.site;
