-- What became of the tasks since the dump before: new, gone, at another place, at the same one?
--
-- A type whose new tasks outnumber those that are gone in each dump may leak. Tasks that ended
-- while a dump was read are not in it. unknown: at one of both dumps it could not be read where it
-- waits, or whether it was there: a limit was reached, the list it is in changed each time, or that
-- list was not found, as that of a LocalSet whose thread just runs.
CREATE VIEW task_changes AS
WITH turn AS MATERIALIZED (
	SELECT capture, process, dump, start_ns, cut,
		lag(dump) OVER (PARTITION BY capture, process ORDER BY dump) AS before,
		lag(end_ns) OVER (PARTITION BY capture, process ORDER BY dump) AS before_ns,
		lag(cut) OVER (PARTITION BY capture, process ORDER BY dump) AS before_cut
	FROM task_dump
), shown AS MATERIALIZED (
	SELECT u.*
	FROM shown_dump AS s
	JOIN turn AS u ON u.capture = s.capture AND u.process = s.process AND u.dump = s.dump
	WHERE u.before IS NOT NULL
), pair AS (
	SELECT u.capture, u.process, u.dump, u.before, u.start_ns - u.before_ns AS after_ns,
		a.id AS named, b.id IS NULL AS new, 0 AS gone, a.chain AS chain, b.chain AS was,
		b.id IS NULL AND (u.before_cut
			OR coalesce(o.broken > 0, r.always_found IS NOT 1)) AS doubt
	FROM shown AS u
	JOIN dumped_task AS a ON a.capture = u.capture AND a.process = u.process
		AND a.dump = u.dump AND a.outcome <> 'gone'
	LEFT JOIN dumped_task AS b ON b.capture = u.capture AND b.process = u.process
		AND b.dump = u.before AND b.task_id = a.task_id AND a.task_id > 0
		AND b.outcome <> 'gone'
	LEFT JOIN task_lists AS r ON r.capture = u.capture AND r.process = u.process
		AND r.dump = u.dump AND r.owner = a.owner
	LEFT JOIN task_lists AS o ON o.capture = u.capture AND o.process = u.process
		AND o.dump = u.before AND o.owner = a.owner
	UNION ALL
	SELECT u.capture, u.process, u.dump, u.before, u.start_ns - u.before_ns, b.id, 0, 1, NULL,
		NULL, u.cut OR coalesce(o.broken > 0, r.always_found IS NOT 1)
	FROM shown AS u
	JOIN dumped_task AS b ON b.capture = u.capture AND b.process = u.process
		AND b.dump = u.before AND b.outcome <> 'gone'
	LEFT JOIN dumped_task AS a ON a.capture = u.capture AND a.process = u.process
		AND a.dump = u.dump AND a.task_id = b.task_id AND b.task_id > 0
		AND a.outcome <> 'gone'
	LEFT JOIN task_lists AS r ON r.capture = u.capture AND r.process = u.process
		AND r.dump = u.before AND r.owner = b.owner
	LEFT JOIN task_lists AS o ON o.capture = u.capture AND o.process = u.process
		AND o.dump = u.dump AND o.owner = b.owner
	WHERE a.id IS NULL
)
SELECT p.capture, p.process, p.dump, p.before, p.after_ns, n.task, sum(NOT p.gone) AS tasks,
	sum(p.new AND NOT p.doubt) AS new, sum(p.gone AND NOT p.doubt) AS gone,
	count(*) FILTER (WHERE NOT p.new AND NOT p.gone AND p.chain = p.was) AS same,
	count(*) FILTER (WHERE NOT p.new AND NOT p.gone AND p.chain <> p.was) AS moved,
	sum(p.doubt OR (NOT p.new AND NOT p.gone AND (p.chain IS NULL OR p.was IS NULL)))
		AS unknown
FROM pair AS p
JOIN task_names AS n ON n.dumped_task = p.named
GROUP BY p.capture, p.process, p.dump, n.task;
