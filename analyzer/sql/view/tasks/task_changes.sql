-- What became of the tasks since the dump before: new, gone, at another place, at the same one?
--
-- A type whose new tasks outnumber those that are gone in each dump may leak. unknown: at one of
-- both dumps it could not be read where it waits.
CREATE VIEW task_changes AS
WITH turn AS MATERIALIZED (
	SELECT capture, process, dump, start_ns,
		lag(dump) OVER (PARTITION BY capture, process ORDER BY dump) AS before,
		lag(end_ns) OVER (PARTITION BY capture, process ORDER BY dump) AS before_ns
	FROM task_dump
), shown AS MATERIALIZED (
	SELECT u.*
	FROM shown_dump AS s
	JOIN turn AS u ON u.capture = s.capture AND u.process = s.process AND u.dump = s.dump
), pair AS (
	SELECT u.capture, u.process, u.dump, u.before, u.start_ns - u.before_ns AS after_ns,
		a.id AS named, b.id IS NULL AS new, 0 AS gone, a.chain AS chain, b.chain AS was
	FROM shown AS u
	JOIN dumped_task AS a ON a.capture = u.capture AND a.process = u.process
		AND a.dump = u.dump
	LEFT JOIN dumped_task AS b ON b.capture = u.capture AND b.process = u.process
		AND b.dump = u.before AND b.task_id = a.task_id AND a.task_id > 0
	WHERE u.before IS NOT NULL
	UNION ALL
	SELECT u.capture, u.process, u.dump, u.before, u.start_ns - u.before_ns, b.id, 0, 1, NULL,
		NULL
	FROM shown AS u
	JOIN dumped_task AS b ON b.capture = u.capture AND b.process = u.process
		AND b.dump = u.before
	LEFT JOIN dumped_task AS a ON a.capture = u.capture AND a.process = u.process
		AND a.dump = u.dump AND a.task_id = b.task_id AND b.task_id > 0
	WHERE u.before IS NOT NULL AND a.id IS NULL
)
SELECT p.capture, p.process, p.dump, p.before, p.after_ns, n.task, sum(NOT p.gone) AS tasks,
	sum(p.new) AS new, sum(p.gone) AS gone,
	count(*) FILTER (WHERE NOT p.new AND NOT p.gone AND p.chain = p.was) AS same,
	count(*) FILTER (WHERE NOT p.new AND NOT p.gone AND p.chain <> p.was) AS moved,
	sum(NOT p.new AND NOT p.gone AND (p.chain IS NULL OR p.was IS NULL)) AS unknown
FROM pair AS p
JOIN task_names AS n ON n.dumped_task = p.named
GROUP BY p.capture, p.process, p.dump, n.task;
