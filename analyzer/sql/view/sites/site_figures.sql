-- How often and how long did each site block? Percentiles are over the time per blocking poll.
--
-- open_count: waits that went on when the recording ended; at_attach_count: waits that had begun
-- before it. Time in which the worker waited for a CPU is apart (run_queue_ns): it is no function's
-- doing.
CREATE VIEW site_figures AS
WITH own AS (
	SELECT site, blocking_poll, run_queue_ns, blocked_ns, open, at_attach
	FROM site_poll
), whole AS MATERIALIZED (
	SELECT p.site, count(*) AS count, sum(p.blocked_ns) AS total_ns,
		sum(p.run_queue_ns) AS run_queue_ns, max(p.blocked_ns) AS max_ns,
		sum(p.open) AS open_count, sum(p.at_attach) AS at_attach_count,
		max(CASE WHEN p.at_attach THEN p.blocked_ns END) AS at_attach_max_ns,
		max(CASE WHEN p.open THEN p.blocked_ns END) AS open_max_ns,
		min(b.bounds) AS first_bounds, max(b.bounds) AS last_bounds,
		total(CASE WHEN b.bounds = 'upper' THEN p.blocked_ns END) AS upper_ns,
		total(CASE WHEN b.source = 'exact' THEN p.blocked_ns END) AS exact_ns,
		total(CASE WHEN b.source = 'passive' THEN p.blocked_ns END) AS passive_ns,
		total(CASE WHEN b.source = 'stack' THEN p.blocked_ns END) AS stack_ns
	FROM own AS p
	JOIN blocking_poll AS b ON b.id = p.blocking_poll
	GROUP BY p.site
), ranked AS MATERIALIZED (
	SELECT subject AS site, max(CASE WHEN percent = 50 THEN wall_ns END) AS p50_ns,
		max(CASE WHEN percent = 99 THEN wall_ns END) AS p99_ns
	FROM percentile
	WHERE kind = 'site'
	GROUP BY subject
)
SELECT s.capture, w.site, w.count, w.total_ns, w.run_queue_ns, r.p50_ns, r.p99_ns, w.max_ns,
	w.open_count, w.at_attach_count,
	coalesce(w.at_attach_max_ns = w.max_ns, 0) AS longest_at_attach,
	coalesce(w.open_max_ns = w.max_ns, 0) AS longest_open,
	CASE WHEN w.first_bounds = w.last_bounds THEN w.first_bounds ELSE 'mixed' END AS bounds,
	2 * w.upper_ns > w.total_ns AS at_most,
	w.exact_ns / max(w.total_ns, 1) AS exact_share,
	w.passive_ns / max(w.total_ns, 1) AS passive_share,
	w.stack_ns / max(w.total_ns, 1) AS stack_share
FROM whole AS w
JOIN ranked AS r ON r.site = w.site
JOIN site AS s ON s.id = w.site;
