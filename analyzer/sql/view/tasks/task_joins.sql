-- Which task awaits the end of which other one, as trees?
--
-- Tasks that await each other in a circle have no tree: task_cycles has them. Of several tasks that
-- await the same one it stands below each. closure: what is awaited is one of the blocking pool's,
-- `queued` for a thread, or `running`; tid, cause, function, file and line: where its thread
-- sleeps.
CREATE VIEW task_joins AS
WITH RECURSIVE edge AS MATERIALIZED (
	SELECT DISTINCT capture, dump, process, waiter, other
	FROM task_waits_for
	WHERE how = 'join' AND waiter <> other AND waiter > 0
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
SELECT t.capture, t.dump, t.process, t.task_id, d.dumped_task, coalesce(d.task, n.task) AS task,
	t.level, t.path, d.place, d.place_file, d.place_line, d.place_line_end, d.waits_in, d.leaf,
	CASE WHEN q.id IS NOT NULL THEN 'queued' WHEN h.tid IS NOT NULL THEN 'running' END
		AS closure,
	h.tid, h.comm, h.cause, h.function, h.file, h.line
FROM tree AS t
LEFT JOIN dumped_tasks AS d ON d.capture = t.capture AND d.dump = t.dump
	AND d.process = t.process AND d.task_id = t.task_id
LEFT JOIN queued_closure AS q ON q.capture = t.capture AND q.dump = t.dump
	AND q.process = t.process AND q.task_id = t.task_id AND d.dumped_task IS NULL
LEFT JOIN poller_names AS n ON n.site_stack = q.site_stack
LEFT JOIN task_threads AS h ON h.capture = t.capture AND h.dump = t.dump
	AND h.process = t.process AND h.task_id = t.task_id AND h.class = 'pool'
	AND d.dumped_task IS NULL AND q.id IS NULL
	AND EXISTS (SELECT 1 FROM stack AS k WHERE k.id = h.stack AND NOT k.pool_idle);
