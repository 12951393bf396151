-- How often and how long did each function block, and by which causes?
--
-- The sites of one function as one row, with the causes' shares of its time. last_ns: when the last
-- such poll ended. What is said of the longest is said of the cause with the longest. lock_site:
-- where it waits for locks, if that is cause_share_min of its time.
CREATE VIEW function_figures AS
WITH named AS MATERIALIZED (
	SELECT * FROM site_function
), whole AS MATERIALIZED (
	SELECT p.capture, p.function_site AS site, count(*) AS count,
		sum(p.blocked_ns) AS total_ns, sum(p.run_queue_ns) AS run_queue_ns,
		max(p.blocked_ns) AS max_ns, max(b.end_ns) AS last_ns
	FROM function_poll AS p
	JOIN blocking_poll AS b ON b.id = p.blocking_poll
	GROUP BY p.function_site
), cause AS MATERIALIZED (
	SELECT n.function_site AS site, n.site AS own_site, s.cause, f.total_ns, f.max_ns,
		f.open_count,
		f.longest_at_attach, f.longest_open, f.at_most,
		iif(n.function_ns > 0, 1.0 * f.total_ns / n.function_ns, 1.0) AS share
	FROM named AS n
	JOIN site AS s ON s.id = n.site
	JOIN site_figures AS f ON f.site = n.site
), causes AS MATERIALIZED (
	SELECT site, group_concat(named, ', ') AS causes, max(at_most) AS at_most,
		sum(open_count) AS open_count
	FROM (SELECT site, at_most, open_count,
			CASE
			WHEN share >= 0.995 THEN cause
			WHEN share >= 0.005 THEN cause || printf(' %.0f%%', 100 * share)
			END AS named
		FROM cause ORDER BY site, total_ns DESC, cause)
	GROUP BY site
), longest AS MATERIALIZED (
	SELECT site, longest_at_attach, longest_open, max(max_ns) AS max_ns
	FROM cause
	GROUP BY site
), lock AS MATERIALIZED (
	SELECT c.site, c.own_site, max(c.total_ns) AS total_ns
	FROM cause AS c
	JOIN constant AS k
	WHERE c.cause = 'lock' AND c.share >= k.cause_share_min
	GROUP BY c.site
), ranked AS MATERIALIZED (
	SELECT subject AS site, wall_ns AS p99_ns
	FROM percentile
	WHERE kind = 'function' AND percent = 99
)
SELECT w.capture, w.site, c.causes, w.count, w.total_ns, w.run_queue_ns, r.p99_ns, w.max_ns,
	w.last_ns, c.open_count, l.longest_at_attach, l.longest_open, c.at_most, n.small,
	o.own_site AS lock_site
FROM whole AS w
JOIN causes AS c ON c.site = w.site
JOIN longest AS l ON l.site = w.site
JOIN ranked AS r ON r.site = w.site
JOIN named AS n ON n.site = w.site
LEFT JOIN lock AS o ON o.site = w.site;
