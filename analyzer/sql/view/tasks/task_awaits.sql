-- By which chain of awaits does each group of tasks wait, and what do they hold?
--
-- The lines are those of one task of the group; a group of which nothing was read has one row.
-- number: of the group in its dump, the largest first. seen_ns: how long one of its tasks has been
-- seen here, dump after dump.
CREATE VIEW task_awaits AS
WITH stayed AS MATERIALIZED (
	SELECT capture, dump, process, chain, max(seen_ns) AS seen_ns
	FROM task_stays
	GROUP BY capture, dump, process, chain
)
SELECT g.capture, g.dump, g.number, g.tasks, g.task, g.outcome, g.woken, g.finished, g.started,
	g.example, s.seen_ns, l.position, l.level, l.times, l.kind, l.name, l.file, l.line,
	l.line_end, l.what
FROM (
	SELECT *, row_number() OVER (PARTITION BY capture, dump
		ORDER BY tasks DESC, task, example) AS number
	FROM task_groups) AS g
LEFT JOIN stayed AS s ON s.capture = g.capture AND s.dump = g.dump AND s.process = g.process
	AND s.chain = g.chain
LEFT JOIN await_lines AS l ON l.future = g.example_task;
