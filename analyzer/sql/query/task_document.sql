-- The last dump of tasks as one JSON document, as docs/TASKS.md describes it.
WITH last AS MATERIALIZED (
	SELECT d.*, p.name, p.pid
	FROM shown_dump AS s
	JOIN task_dump AS d ON d.capture = s.capture AND d.process = s.process AND d.dump = s.dump
	JOIN process AS p ON p.id = d.process
	WHERE d.capture = :capture
	ORDER BY d.dump DESC
	LIMIT 1
), numbered AS MATERIALIZED (
	SELECT r.resource, r.number
	FROM resource_waiters AS r
	JOIN last AS d ON r.capture = d.capture AND r.dump = d.dump
)
SELECT json_object(
	'schema', 1,
	'dump', (SELECT json_object('number', dump, 'process', name, 'pid', pid,
		'start_ns', start_ns, 'end_ns', end_ns, 'types', json(iif(types, 'true', 'false')),
		'cut', json(iif(cut, 'true', 'false')), 'threads', threads, 'retries', retries,
		'reads', reads, 'bytes', bytes) FROM last),
	'runtimes', (SELECT json_group_array(json_object('owner', r.owner, 'scheduler', r.scheduler,
		'threads', r.threads, 'lists', r.lists, 'broken_lists', r.broken,
		'expected', r.expected, 'found', r.found))
		FROM task_runtime AS r JOIN last AS d ON r.capture = d.capture AND r.dump = d.dump),
	'groups', (SELECT json_group_array(json(text)) FROM (
		SELECT json_object('tasks', g.tasks, 'task', g.task, 'outcome', g.outcome,
			'woken', g.woken,
			'finished', json(iif(g.finished, 'true', 'false')),
			'place', g.place, 'place_file', g.place_file, 'place_line', g.place_line,
			'place_line_end', g.place_line_end,
			'waits_in', g.waits_in, 'leaf', g.leaf, 'waits', g.waits,
			'example', g.example, 'chain', g.chain) AS text
		FROM task_groups AS g JOIN last AS d ON g.capture = d.capture AND g.dump = d.dump
		ORDER BY g.tasks DESC, g.task, g.example)),
	'tasks', (SELECT json_group_array(json(text)) FROM (
		SELECT json_object('id', t.task_id, 'scheduler', t.scheduler, 'task', t.task,
			'outcome', t.outcome, 'state', t.state,
			'finished', json(iif(t.finished, 'true', 'false')),
			'woken', json(iif(t.woken, 'true', 'false')),
			'cancelled', json(iif(t.cancelled, 'true', 'false')), 'thread', t.tid,
			'chain', t.chain, 'place', t.place, 'place_file', t.place_file,
			'place_line', t.place_line, 'place_line_end', t.place_line_end,
			'waits_in', t.waits_in, 'leaf', t.leaf,
			'joined_task', t.joined_task, 'fd', t.fd,
			'deadline_ns', t.deadline_ns,
			'frames', (SELECT json_group_array(json_object('depth', f.depth,
				'kind', f.kind, 'leaf', f.leaf, 'name', f.name, 'file', f.file,
				'line', f.line, 'line_end', f.line_end, 'origin', f.origin,
				'deadline_ns', f.deadline_ns,
				'asked_permits', f.asked_permits, 'joined_task', f.joined_task,
				'fd', f.fd, 'futures', f.futures, 'resource', n.number,
				'free_permits', f.free_permits))
				FROM (SELECT * FROM await_frames AS a
					WHERE a.dumped_task = t.dumped_task
					ORDER BY a.position) AS f
				LEFT JOIN numbered AS n ON n.resource = f.resource)) AS text
		FROM dumped_tasks AS t JOIN last AS d ON t.capture = d.capture AND t.dump = d.dump
		ORDER BY t.task_id)),
	'holders', (SELECT json_group_array(json(text)) FROM (
		SELECT json_object('task', h.task_id, 'thread', h.tid, 'type', h.task,
			'resources', h.resources, 'waiters', h.waiters, 'place', h.place,
			'place_file', h.place_file, 'place_line', h.place_line,
			'place_line_end', h.place_line_end, 'waits_in', h.waits_in,
			'leaf', h.leaf) AS text
		FROM task_holders AS h JOIN last AS d ON h.capture = d.capture AND h.dump = d.dump
		ORDER BY h.waiters DESC, h.task_id)),
	'resources', (SELECT json_group_array(json(text)) FROM (
		SELECT json_object('number', r.number, 'leaf', r.leaf,
			'free_permits', r.free_permits,
			'closed', json(CASE r.closed WHEN 1 THEN 'true' WHEN 0 THEN 'false'
				ELSE 'null' END),
			'waiters', r.waiters, 'holders', r.holders, 'waits_in', r.waits_in,
			'waits_file', r.waits_file, 'waits_line', r.waits_line,
			'waits_line_end', r.waits_line_end,
			'holder', r.holder, 'holder_thread', r.holder_tid,
			'holder_task', r.holder_task,
			'holder_file', r.holder_file, 'holder_line', r.holder_line,
			'holder_line_end', r.holder_line_end,
			'holder_drops_guard', json(CASE r.holder_drops_guard WHEN 1 THEN 'true'
				WHEN 0 THEN 'false' ELSE 'null' END),
			'channel', json(iif(r.channel, 'true', 'false'))) AS text
		FROM task_resources AS r JOIN last AS d ON r.capture = d.capture AND r.dump = d.dump
		ORDER BY r.number)),
	'polled', (SELECT json_group_array(json(text)) FROM (
		SELECT json_object('task', p.task_id, 'type', p.task, 'thread', p.tid,
			'comm', p.thread, 'asleep', json(iif(p.asleep, 'true', 'false')),
			'asleep_ns', p.asleep_ns, 'cause', p.cause,
			'function', p.function, 'file', p.file, 'line', p.line,
			'stack', (SELECT json_group_array(json(frame)) FROM (
				SELECT json_object('function', f.function, 'file', f.file,
					'line', f.line, 'origin', f.origin) AS frame
				FROM stack_frame AS sf JOIN frame AS f ON f.id = sf.frame
				WHERE sf.stack = p.stack AND sf.position <= (SELECT
					coalesce(k.poll_position, k.depth)
					FROM stack AS k WHERE k.id = p.stack)
				ORDER BY sf.position))) AS text
		FROM polled_tasks AS p JOIN last AS d ON p.capture = d.capture AND p.dump = d.dump
		ORDER BY p.asleep_ns DESC, p.asleep DESC, p.task_id)),
	'block_on', (SELECT json_group_array(json(text)) FROM (
		SELECT json_object('thread', t.tid, 'comm', t.comm, 'function', t.function,
			'file', t.file, 'line', t.line,
			'parked', json(iif(t.parked, 'true', 'false')), 'cause', t.cause,
			'local_set', json(iif(t.local_set, 'true', 'false')),
			'read', json(iif(t.future IS NULL, 'false', 'true')),
			'frames', (SELECT json_group_array(json_object('depth', f.depth,
				'kind', f.kind, 'leaf', f.leaf, 'name', f.name, 'file', f.file,
				'line', f.line, 'line_end', f.line_end, 'origin', f.origin,
				'deadline_ns', f.deadline_ns,
				'asked_permits', f.asked_permits, 'joined_task', f.joined_task,
				'fd', f.fd, 'futures', f.futures, 'resource', n.number,
				'free_permits', f.free_permits))
				FROM (SELECT * FROM await_frames AS a
					WHERE a.dumped_task = t.future
					ORDER BY a.position) AS f
				LEFT JOIN numbered AS n ON n.resource = f.resource)) AS text
		FROM task_threads AS t JOIN last AS d ON t.capture = d.capture AND t.dump = d.dump
		WHERE t.block_on
		ORDER BY t.tid)),
	'pools', (SELECT json_group_array(json(text)) FROM (
		SELECT json_object('number', p.pool, 'scheduler', p.scheduler,
			'threads', p.threads, 'idle', p.idle, 'limit', p.thread_limit,
			'workers', p.workers, 'queued', p.queued,
			'closures', (SELECT json_group_array(json_object('task', c.task,
				'closures', c.closures, 'example', c.example))
				FROM task_pools AS c
				WHERE c.capture = p.capture AND c.dump = p.dump
					AND c.process = p.process AND c.pool = p.pool
					AND c.closures > 0)) AS text
		FROM task_pool AS p JOIN last AS d ON p.capture = d.capture AND p.dump = d.dump
		ORDER BY p.pool)),
	'joins', (SELECT json_group_array(json(text)) FROM (
		SELECT json_object('task', j.task_id, 'type', j.task, 'level', j.level,
			'closure', j.closure, 'thread', j.tid, 'cause', j.cause,
			'function', j.function, 'file', j.file, 'line', j.line) AS text
		FROM task_joins AS j JOIN last AS d ON j.capture = d.capture AND j.dump = d.dump
		ORDER BY j.path)),
	'cycles', (SELECT json_group_array(json(text)) FROM (
		SELECT json_object('tasks', json('[' || c.tasks || ']'),
			'certain', json(iif(c.certain, 'true', 'false')),
			'of_types', c.of_types, 'places', c.places) AS text
		FROM task_cycles AS c JOIN last AS d ON c.capture = d.capture AND c.dump = d.dump
		ORDER BY c.certain DESC, c.tasks))) AS document;
