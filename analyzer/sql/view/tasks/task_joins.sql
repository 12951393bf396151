-- Which task awaits the end of which other one, as trees?
--
-- Tasks that await each other in a circle have no tree: task_cycles has them. Of several tasks that
-- await the same one it stands below each.
CREATE VIEW task_joins AS
WITH RECURSIVE edge AS MATERIALIZED (
	SELECT DISTINCT capture, dump, process, waiter, other
	FROM task_waits_for
	WHERE how = 'join' AND waiter <> other
), tree AS (
	SELECT DISTINCT capture, dump, process, waiter AS task_id, 1 AS level,
		printf('%020d', waiter) AS path
	FROM edge AS e
	WHERE NOT EXISTS (SELECT 1 FROM edge AS o
		WHERE o.capture = e.capture AND o.dump = e.dump AND o.process = e.process
			AND o.other = e.waiter)
	UNION ALL
	SELECT t.capture, t.dump, t.process, e.other, t.level + 1,
		t.path || printf('%020d', e.other)
	FROM tree AS t
	JOIN edge AS e ON e.capture = t.capture AND e.dump = t.dump AND e.process = t.process
		AND e.waiter = t.task_id
	WHERE t.level < 64
)
SELECT t.capture, t.dump, t.process, t.task_id, d.dumped_task, d.task, t.level, t.path,
	d.place, d.place_file, d.place_line, d.place_line_end,
	d.waits_in, d.leaf
FROM tree AS t
LEFT JOIN dumped_tasks AS d ON d.capture = t.capture AND d.dump = t.dump
	AND d.process = t.process AND d.task_id = t.task_id;
