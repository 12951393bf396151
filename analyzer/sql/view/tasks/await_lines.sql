-- By which chain of awaits does a future wait, and what does it hold?
--
-- Of one task of each group, and of each future of a block_on. Of code that is not the user's, the
-- first function and what is waited for in the end. level: how many of these a frame is below of,
-- and one. times: so many futures that are awaited together are alike: they are there once.
CREATE VIEW await_lines AS
WITH RECURSIVE numbered AS MATERIALIZED (
	SELECT capture, dump, resource, number FROM resource_waiters
), example AS MATERIALIZED (
	SELECT capture, dump, process, example_task AS future, resources, (SELECT t.fd
		FROM dumped_tasks AS t
		WHERE t.dumped_task = example_task) AS fd
	FROM task_groups
	UNION ALL
	SELECT capture, dump, process, future, 1, NULL
	FROM task_threads
	WHERE future IS NOT NULL
), listed AS MATERIALIZED (
	SELECT f.*, (f.position = 0 OR f.kind IN ('wait', 'dyn')
		OR coalesce(f.leaf IN ('guard', 'set'), 0)
		OR (f.kind IN ('coroutine', 'future') AND (f.origin = 'user'
			OR NOT EXISTS (SELECT 1 FROM await_frames AS a
				WHERE a.frame = f.parent AND a.origin <> 'user'
					AND a.position > 0)))) AS shown
	FROM example AS e
	JOIN await_frames AS f ON f.dumped_task = e.future
), child AS MATERIALIZED (
	SELECT *, count(*) OVER same AS times, min(position) OVER same AS first
	FROM (
		SELECT c.frame, c.parent, c.position, (
			SELECT group_concat((b.depth - c.depth) || b.kind
				|| coalesce(b.leaf, '') || b.type)
			FROM task_frame AS b
			WHERE b.dumped_task = c.dumped_task AND b.position >= c.position
				AND b.position < coalesce((SELECT e.position FROM task_frame AS e
					WHERE e.dumped_task = c.dumped_task
						AND e.position > c.position AND e.depth <= c.depth
					ORDER BY e.position
					LIMIT 1), 2147483648)) AS branch
		FROM listed AS c
		JOIN task_frame AS s ON s.id = c.parent
		WHERE s.leaf = 'set' OR c.kind IN ('coroutine', 'future'))
	WINDOW same AS (PARTITION BY parent, branch)
), placed AS (
	SELECT frame, shown, 1 AS level, 1 AS times, 1 AS alike FROM listed WHERE parent IS NULL
	UNION ALL
	SELECT l.frame, l.shown, p.level + p.shown,
		coalesce(c.times, 1) * iif(p.shown, 1, p.times), p.alike * coalesce(c.times, 1)
	FROM placed AS p
	JOIN listed AS l ON l.parent = p.frame
	LEFT JOIN child AS c ON c.frame = l.frame
	WHERE c.frame IS NULL OR c.position = c.first
)
SELECT e.capture, e.dump, e.process, e.future, f.position, p.level, p.times, f.kind, f.name,
	CASE WHEN f.origin = 'user' THEN f.file END AS file,
	CASE WHEN f.origin = 'user' THEN f.line END AS line,
	CASE WHEN f.origin = 'user' THEN f.line_end END AS line_end,
	CASE
	WHEN f.leaf = 'sleep' AND f.deadline_ns < d.start_ns
		THEN printf('due since %.1f s', (d.start_ns - f.deadline_ns) / 1e9)
	WHEN f.leaf = 'sleep' THEN printf('for %.1f s more',
		max(f.deadline_ns - d.end_ns, 0) / 1e9)
	WHEN f.leaf = 'acquire' THEN printf('%s, %s free, of #%d%s', CASE
		WHEN f.asked_permits = 1 THEN '1 permit'
		WHEN f.asked_permits >= 536870911 THEN 'all permits' /* of a RwLock */
		ELSE f.asked_permits || ' permits' END,
		coalesce(f.free_permits, 'unknown'), n.number,
		iif(e.resources > 1, printf('; the others for %d more like it', e.resources - 1),
			''))
	WHEN f.leaf = 'join' THEN coalesce('for task ' || f.joined_task, 'for a task')
		|| iif(p.alike > 1, ' …', '')
	WHEN f.leaf = 'ready' AND e.fd IS NOT NULL THEN 'file descriptor ' || e.fd
	WHEN f.leaf = 'fd' THEN coalesce('file descriptor ' || f.fd, 'closed file')
	WHEN f.leaf = 'set' AND f.kind = 'wait'
		THEN 'a set of ' || coalesce(f.futures || ' ', '') || 'futures, which were not read'
	WHEN f.leaf = 'set' THEN printf('%d future%s%s', f.futures, iif(f.futures = 1, '', 's'),
		(SELECT iif(count(*) < f.futures, printf(', of which %d were read', count(*)), '')
			FROM task_frame AS c
			WHERE c.parent = f.frame AND c.dumped_task = f.dumped_task))
	WHEN f.leaf = 'guard' THEN printf('holds #%d', n.number) || iif(p.alike > 1, ' …', '')
		|| iif((SELECT y.drops_guard
			FROM task_frame AS k
			JOIN task_type AS y ON y.id = k.type
			WHERE k.id = f.parent), ', unless dropped before', '')
	WHEN n.number IS NOT NULL THEN printf('%s, #%d',
			iif(f.leaf = 'notified', 'to be notified', f.leaf), n.number)
		|| iif(p.alike > 1, ' …', '') || iif(e.resources > 1 AND f.kind = 'wait',
			printf('; the others for %d more like it', e.resources - 1), '')
	WHEN f.leaf = 'notified' THEN 'to be notified'
	ELSE f.leaf END AS what
FROM example AS e
JOIN task_dump AS d ON d.capture = e.capture AND d.dump = e.dump AND d.process = e.process
JOIN listed AS f ON f.dumped_task = e.future
JOIN placed AS p ON p.frame = f.frame AND p.shown
LEFT JOIN numbered AS n ON n.capture = e.capture AND n.dump = e.dump AND n.resource = f.resource;
