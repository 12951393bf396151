-- By which chain of awaits does each group of tasks wait, and what do they hold?
--
-- The frames are those of one task of the group; of code that is not the user's, the first function
-- and what is waited for in the end. level: how many of these a frame is below of, and one.
-- number: of the group in its dump, the largest first. seen_ns: how long one of its tasks has been
-- seen here, dump after dump.
CREATE VIEW task_awaits AS
WITH RECURSIVE numbered AS MATERIALIZED (
	SELECT capture, dump, resource, number FROM task_resources
), stayed AS MATERIALIZED (
	SELECT capture, dump, process, chain, max(seen_ns) AS seen_ns
	FROM task_stays
	GROUP BY capture, dump, process, chain
), grouped AS MATERIALIZED (
	SELECT g.*, row_number() OVER (PARTITION BY g.capture, g.dump
			ORDER BY g.tasks DESC, g.task, g.example) AS number
	FROM task_groups AS g
), listed AS MATERIALIZED (
	SELECT f.*, (f.position = 0 OR f.kind IN ('wait', 'dyn') OR coalesce(f.leaf = 'guard', 0)
		OR (f.kind IN ('coroutine', 'future') AND (f.origin = 'user'
			OR NOT EXISTS (SELECT 1 FROM await_frames AS a
				WHERE a.frame = f.parent AND a.origin <> 'user'
					AND a.position > 0)))) AS shown
	FROM grouped AS g
	JOIN await_frames AS f ON f.dumped_task = g.example_task
), placed AS (
	SELECT frame, shown, 1 AS level FROM listed WHERE parent IS NULL
	UNION ALL
	SELECT l.frame, l.shown, p.level + p.shown
	FROM placed AS p
	JOIN listed AS l ON l.parent = p.frame
)
SELECT g.capture, g.dump, g.number, g.tasks, g.task, g.outcome, g.woken, g.finished, g.started,
	g.example, s.seen_ns, f.position, p.level, f.kind, f.name,
	CASE WHEN f.origin = 'user' THEN f.file END AS file,
	CASE WHEN f.origin = 'user' THEN f.line END AS line,
	CASE WHEN f.origin = 'user' THEN f.line_end END AS line_end,
	CASE
	WHEN f.leaf = 'sleep' AND f.deadline_ns < d.start_ns
		THEN printf('due since %.1f s', (d.start_ns - f.deadline_ns) / 1e9)
	WHEN f.leaf = 'sleep' THEN printf('for %.1f s more', (f.deadline_ns - d.end_ns) / 1e9)
	WHEN f.leaf = 'acquire' THEN printf('%d permit%s, %s free, of #%d', f.asked_permits,
		CASE f.asked_permits WHEN 1 THEN '' ELSE 's' END,
		coalesce(f.free_permits, 'unknown'), n.number)
	WHEN f.leaf = 'join' THEN coalesce('for task ' || f.joined_task, 'for a task')
	WHEN f.leaf = 'ready' AND t.fd IS NOT NULL THEN 'file descriptor ' || t.fd
	WHEN f.leaf = 'fd' THEN coalesce('file descriptor ' || f.fd, 'closed file')
	WHEN f.leaf = 'set' THEN 'a set of futures, which are not shown'
	WHEN f.leaf = 'guard' THEN printf('holds #%d', n.number)
	WHEN n.number IS NOT NULL THEN printf('%s, #%d', f.leaf, n.number)
	ELSE f.leaf END AS what
FROM grouped AS g
JOIN task_dump AS d ON d.capture = g.capture AND d.dump = g.dump AND d.process = g.process
JOIN dumped_tasks AS t ON t.dumped_task = g.example_task
LEFT JOIN stayed AS s ON s.capture = g.capture AND s.dump = g.dump AND s.process = g.process
	AND s.chain = g.chain
LEFT JOIN (listed AS f JOIN placed AS p ON p.frame = f.frame AND p.shown)
	ON f.dumped_task = g.example_task
LEFT JOIN numbered AS n ON n.capture = g.capture AND n.dump = g.dump AND n.resource = f.resource;
