-- Which code blocked the workers, or the main future (main), for how long, how often, why, and
-- what can be done about it? inferred: for most of the time the site's own frame is that of
-- tail_call.
CREATE VIEW site_summary AS
WITH figures AS MATERIALIZED (
	SELECT * FROM site_figures
), line AS MATERIALIZED (
	SELECT site, file, line, decl_line FROM site_line WHERE rank = 1
), entry AS MATERIALIZED (
	SELECT site, function FROM site_entry WHERE rank = 1
), boundary AS MATERIALIZED (
	SELECT site, function, file, line, share FROM site_part
	WHERE part = 'boundary' AND rank = 1
), leaf AS MATERIALIZED (
	SELECT site, function, file, line, share FROM site_part WHERE part = 'leaf' AND rank = 1
), task AS MATERIALIZED (
	SELECT site, group_concat(task, ', ') AS tasks
	FROM (SELECT site, task FROM site_task ORDER BY site, blocked_ns DESC, task)
	GROUP BY site
), waker AS MATERIALIZED (
	SELECT site, group_concat(who, ', ') AS wakers
	FROM (SELECT site, coalesce(waker || coalesce(' (' || file || ':' || line
				|| CASE WHEN inferred THEN ', inferred)' ELSE ')' END,
				CASE WHEN inferred THEN ' (inferred)' ELSE '' END),
			known_as) || printf(' %.0f%%', 100 * share) AS who
		FROM site_waker WHERE rank <= 3 AND NOT open ORDER BY site, rank)
	GROUP BY site
), unended AS MATERIALIZED (
	SELECT site, share FROM site_waker WHERE rank <= 3 AND open
), holder AS MATERIALIZED (
	SELECT site, group_concat(who, ', ') AS waited_for
	FROM (SELECT site, holder || coalesce(' (' || file || ':' || line
				|| CASE WHEN inferred THEN ', inferred)' ELSE ')' END,
				CASE WHEN inferred THEN ' (inferred)' ELSE '' END)
			|| printf(' %.0f%%', 100 * share) AS who
		FROM site_holder
		WHERE rank <= 3 AND through IS NOT NULL AND holder IS NOT NULL ORDER BY site, rank)
	GROUP BY site
), inferred AS MATERIALIZED (
	SELECT p.site
	FROM tail_call AS t
	JOIN site_time AS p ON p.stack = t.stack
	JOIN site AS s ON s.id = p.site
	JOIN site_of_stack AS o ON o.stack = p.stack AND o.cause = s.cause
		AND o.position = t.position
	GROUP BY p.site
	HAVING 2 * sum(p.blocked_ns) >= (SELECT sum(w.blocked_ns) FROM site_time AS w
		WHERE w.site = p.site)
), next AS MATERIALIZED (
	SELECT site, task FROM site_next_task WHERE rank = 1
), queued AS MATERIALIZED (
	SELECT site, max FROM site_queue_wait
), advised AS MATERIALIZED (
	SELECT site, function, advice, documentation FROM site_advice
)
SELECT s.capture, s.id AS site, s.function, s.crate, s.origin, s.cause, l.file, l.line,
	l.decl_line, e.function AS entry, o.function AS boundary, o.file AS boundary_file,
	o.line AS boundary_line, o.share AS boundary_share,
	m.function AS leaf, m.file AS leaf_file, m.line AS leaf_line,
	m.share AS leaf_share, t.tasks, w.wakers, h.waited_for, u.share AS unended_share, f.count,
	f.total_ns, f.run_queue_ns, f.p50_ns, f.p99_ns, f.max_ns, f.open_count, f.at_attach_count,
	f.longest_at_attach, f.longest_open, f.bounds, f.at_most, f.exact_share,
	f.passive_share, f.stack_share, a.advice, a.documentation, a.function AS advice_function,
	s.main, i.site IS NOT NULL AS inferred, n.task AS next_task, q.max AS queued_max
FROM site AS s
JOIN figures AS f ON f.site = s.id
LEFT JOIN line AS l ON l.site = s.id
LEFT JOIN entry AS e ON e.site = s.id
LEFT JOIN boundary AS o ON o.site = s.id
LEFT JOIN leaf AS m ON m.site = s.id
LEFT JOIN task AS t ON t.site = s.id
LEFT JOIN waker AS w ON w.site = s.id
LEFT JOIN holder AS h ON h.site = s.id
LEFT JOIN unended AS u ON u.site = s.id
LEFT JOIN next AS n ON n.site = s.id
LEFT JOIN queued AS q ON q.site = s.id
LEFT JOIN inferred AS i ON i.site = s.id
LEFT JOIN advised AS a ON a.site = s.id
ORDER BY s.capture, f.total_ns DESC, s.function, s.cause;
