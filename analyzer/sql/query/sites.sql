-- Which code blocked the workers, for how long, how often, and why?
WITH task AS MATERIALIZED (
	SELECT * FROM site_task WHERE capture = :capture
), waker AS MATERIALIZED (
	SELECT * FROM site_waker WHERE capture = :capture
)
SELECT s.id AS site, s.function, s.crate, s.origin, l.file, l.line, l.decl_line, s.cause,
	(SELECT group_concat(task, ', ') FROM (SELECT task FROM task AS t WHERE t.site = s.id
		ORDER BY wall_ns DESC, task)) AS tasks,
	e.function AS entry, f.count, f.total_ns, f.run_queue_ns, f.p50_ns, f.p99_ns, f.max_ns,
	f.open_count, f.bounds, f.at_most,
	(SELECT group_concat(who, ', ') FROM (
		SELECT coalesce(w.function || coalesce(' (' || w.file || ':' || w.line || ')', ''),
			'a thread without a stack') || printf(' %.0f%%', 100 * w.share) AS who
		FROM waker AS w WHERE w.site = s.id ORDER BY w.share DESC, w.function LIMIT 3))
		AS wakers,
	a.advice, a.documentation
FROM site AS s
JOIN site_figures AS f ON f.site = s.id
JOIN site_line AS l ON l.site = s.id AND l.rank = 1
LEFT JOIN site_entry AS e ON e.site = s.id AND e.rank = 1
LEFT JOIN site_advice AS a ON a.site = s.id
WHERE s.capture = :capture
ORDER BY f.total_ns DESC, s.function, s.cause
LIMIT :top;
