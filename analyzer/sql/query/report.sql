-- The whole report as one JSON document, as docs/report.schema.json describes it.
--
-- Lists of single things are cut at 50 without :top.
WITH task AS MATERIALIZED (
	SELECT * FROM site_task WHERE capture = :capture
), waker AS MATERIALIZED (
	SELECT * FROM site_waker WHERE capture = :capture
), code_line AS MATERIALIZED (
	SELECT * FROM site_line WHERE capture = :capture
), entry AS MATERIALIZED (
	SELECT * FROM site_entry WHERE capture = :capture AND rank = 1
), behind AS MATERIALIZED (
	SELECT * FROM site_queue_wait WHERE capture = :capture
), advised AS MATERIALIZED (
	SELECT * FROM site_advice WHERE capture = :capture
)
SELECT json_object(
	'schema', 1,
	'capture', (SELECT json_object(
		'id', c.capture_id, 'file', c.file, 'command', c.command,
		'start_realtime_ns', c.start_realtime_ns, 'duration_ns', c.end_ns - c.start_ns,
		'threshold_ns', c.threshold_ns, 'sample_hz', c.sample_hz,
		'source', (SELECT source FROM poll_source AS u WHERE u.capture = c.id),
		'kernel', c.kernel, 'recorder', c.recorder, 'cpus', c.cpus, 'events', c.events,
		'truncated', json(CASE WHEN c.truncated THEN 'true' ELSE 'false' END),
		'end_reason', c.end_reason,
		'processes', (SELECT json_group_array(json_object('pid', pid, 'name', name,
			'executable', executable)) FROM (SELECT * FROM process AS p
			WHERE p.capture = c.id ORDER BY p.pid, p.id)))
		FROM capture AS c WHERE c.id = :capture),
	'verdict', (SELECT json_object(
		'level', v.level, 'reason', v.reason, 'sentence', v.sentence, 'workers', v.workers,
		'worker_wall_ns', v.worker_wall_ns, 'polling_ns', v.polling_ns,
		'blocking_polls', v.blocking_polls, 'blocking_ns', v.blocking_ns,
		'longest_ns', v.longest_ns, 'blocking_percent', v.blocking_percent,
		'loss_percent', v.loss_percent, 'classified_percent', v.classified_percent)
		FROM verdict AS v WHERE v.capture = :capture),
	'filter', (SELECT CASE WHEN coalesce(l.from_ns, l.to_ns, l.worker, l.task, l.cause, l.match,
		l.min_ns, l.site) IS NOT NULL THEN json_object(
		'from_ns', l.from_ns - c.start_ns, 'to_ns', l.to_ns - c.start_ns, 'worker', l.worker,
		'task', l.task, 'cause', l.cause, 'match', l.match, 'min_ns', l.min_ns,
		'site', l.site) END
		FROM filter AS l JOIN capture AS c ON c.id = l.capture WHERE l.capture = :capture),
	'count_unit', (SELECT count_unit FROM poll_source AS u WHERE u.capture = :capture),
	'population', (SELECT population FROM poll_source AS u WHERE u.capture = :capture),
	'timed_percent', (SELECT timed_percent FROM poll_source AS u WHERE u.capture = :capture),
	'sites', (SELECT json_group_array(json(site)) FROM (
		SELECT json_object(
			'id', s.id, 'function', s.function, 'crate', s.crate, 'file', l.file, 'line', l.line,
			'decl_line', l.decl_line,
			'entry', (SELECT e.function FROM entry AS e
				WHERE e.site = s.id),
			'user_chain', (SELECT json_group_array(json_object('function', function,
				'file', file, 'line', line)) FROM (SELECT * FROM site_chain AS h
				WHERE h.site = s.id ORDER BY position)),
			'origin', s.origin, 'cause', s.cause, 'bounds', f.bounds,
			'count', f.count, 'open_count', f.open_count,
			'total_ns', f.total_ns, 'run_queue_ns', f.run_queue_ns,
			'p50_ns', f.p50_ns, 'p99_ns', f.p99_ns, 'max_ns', f.max_ns,
			'tasks', (SELECT json_group_array(task) FROM (SELECT task FROM task AS t
				WHERE t.site = s.id ORDER BY wall_ns DESC, task)),
			'wakers', (SELECT json_group_array(json_object('function', function,
				'file', file, 'line', line, 'share', share)) FROM (SELECT *
				FROM waker AS w WHERE w.site = s.id
				ORDER BY share DESC, function, line)),
			'sources', (SELECT json_object(
				'exact', total(CASE WHEN b.source = 'exact' THEN p.wall_ns END)
					/ max(sum(p.wall_ns), 1),
				'passive', total(CASE WHEN b.source = 'passive' THEN p.wall_ns END)
					/ max(sum(p.wall_ns), 1),
				'stack', total(CASE WHEN b.source = 'stack' THEN p.wall_ns END)
					/ max(sum(p.wall_ns), 1))
				FROM site_poll AS p JOIN blocking_poll AS b ON b.id = p.blocking_poll
				WHERE p.site = s.id),
			'aliases', (SELECT json_group_array(function) FROM (SELECT function
				FROM site_alias AS a WHERE a.site = s.id ORDER BY function)),
			'lines', (SELECT json_group_array(json_object('file', file, 'line', line,
				'wall_ns', wall_ns)) FROM (SELECT * FROM code_line AS n
				WHERE n.site = s.id ORDER BY rank)),
			'queue_wait', (SELECT json_object('mean', v.mean, 'max', v.max,
				'delay', CASE WHEN v.followed THEN json_object(
					'polls', v.followed, 'queued', v.queued,
					'queue_wait_mean_ns', v.queue_wait_ns / nullif(v.queued, 0),
					'queue_wait_max_ns', v.queue_wait_max_ns,
					'left_queued', v.left_queued, 'next_polls', v.next_polls,
					'next_mean_ns', v.next_ns / nullif(v.next_polls, 0),
					'next_max_ns', v.next_max_ns) END)
				FROM behind AS v WHERE v.site = s.id),
			'advice', (SELECT json_object('text', a.advice,
				'documentation', a.documentation, 'function', a.function)
				FROM advised AS a WHERE a.site = s.id)) AS site
		FROM site AS s
		JOIN site_figures AS f ON f.site = s.id
		JOIN code_line AS l ON l.site = s.id AND l.rank = 1
		WHERE s.capture = :capture
		ORDER BY f.total_ns DESC, s.function, s.cause
		LIMIT :top)),
	'sites_total', (SELECT count(*) FROM site AS s
		WHERE s.capture = :capture),
	'workers', (SELECT json_group_array(json(worker)) FROM (
		SELECT json_object(
			'tid', t.tid, 'comm', t.comm, 'runtime', r.runtime, 'wall_ns', w.wall_ns,
			'states', json_object(
				'poll-cpu', w.poll_cpu_ns, 'poll-off-cpu', w.poll_offcpu_ns,
				'run-queue', w.run_queue_ns, 'parked', w.parked_ns,
				'runtime', w.runtime_ns, 'unknown', w.unknown_ns),
			'blocking_ns', w.blocking_ns, 'blocking_polls', w.blocking_polls) AS worker
		FROM worker AS w
		JOIN thread AS t ON t.id = w.thread
		JOIN thread_role AS r ON r.thread = w.thread
		WHERE w.capture = :capture
		ORDER BY w.blocking_ns DESC, w.wall_ns DESC, t.tid)),
	'timeline', (SELECT json_object(
		'column_ns', (SELECT max(end_ns) - min(start_ns) FROM activity AS v
			WHERE v.capture = :capture) / 120,
		'from_ns', (SELECT min(start_ns) FROM activity AS v WHERE v.capture = :capture)
			- c.start_ns,
		'workers', (SELECT json_group_array(json(line)) FROM (
			SELECT json_object('tid', t.tid,
				'cpu_ns', json_group_array(v.cpu_ns),
				'blocked_ns', json_group_array(v.blocked_ns)) AS line
			FROM (SELECT * FROM activity AS a WHERE a.capture = :capture
				ORDER BY a.thread, a.place) AS v
			JOIN thread AS t ON t.id = v.thread
			GROUP BY v.thread
			ORDER BY t.tid)))
		FROM capture AS c WHERE c.id = :capture),
	'tasks', (SELECT json_group_array(json_object('task', task, 'file', file, 'line', line,
		'polls', polls, 'population', population, 'count', count, 'p50_ns', p50_ns, 'p99_ns', p99_ns,
		'max_ns', max_ns, 'blocked_ns', blocked_ns, 'source', source)) FROM (
		SELECT * FROM tasks AS k WHERE k.capture = :capture
		ORDER BY k.blocked_ns DESC, k.task LIMIT :top)),
	'hotspots', json_object(
		'functions', (SELECT json_group_array(json_object('function', function,
			'crate', crate, 'origin', origin, 'file', file, 'line', line, 'samples', samples,
			'self_ns', self_ns, 'total_ns', total_ns)) FROM (
			SELECT * FROM hotspots AS h WHERE h.capture = :capture
			ORDER BY h.self_ns DESC, h.total_ns DESC, h.function
			LIMIT CASE WHEN :top < 0 THEN 50 ELSE :top END)),
		'files', (SELECT json_group_array(json_object('file', file, 'origin', origin,
			'samples', samples, 'self_ns', self_ns, 'total_ns', total_ns)) FROM (
			SELECT * FROM hot_file AS h WHERE h.capture = :capture
			ORDER BY h.self_ns DESC, h.total_ns DESC, h.file
			LIMIT CASE WHEN :top < 0 THEN 50 ELSE :top END))),
	'longest', (SELECT json_group_array(json_object('at_ns', at_ns, 'tid', tid, 'task', task,
		'wall_ns', wall_ns, 'run_queue_ns', run_queue_ns, 'open', json(open),
		'bounds', bounds, 'source', source)) FROM (
		SELECT b.start_ns - c.start_ns AS at_ns, t.tid, b.task, b.wall_ns, b.run_queue_ns,
			CASE WHEN b.open THEN 'true' ELSE 'false' END AS open, b.bounds, b.source
		FROM blocking_poll AS b
		JOIN thread AS t ON t.id = b.thread
		JOIN capture AS c ON c.id = b.capture
		WHERE b.capture = :capture
		ORDER BY b.wall_ns DESC, b.start_ns
		LIMIT CASE WHEN :top < 0 THEN 50 ELSE :top END)),
	'pool', (SELECT json_object(
		'threads', p.threads, 'peak_busy', p.peak_busy, 'busy_ns', p.busy_ns,
		'idle_ns', p.idle_ns,
		'block_in_place_ns', p.block_in_place_ns,
		'block_in_place_count', p.block_in_place_count,
		'root_ns', p.root_ns, 'root_count', p.root_count,
		'without_core_ns', p.without_core_ns, 'without_core_count', p.without_core_count,
		'closures', (SELECT json_group_array(json_object('at_ns', at_ns, 'tid', tid,
			'wall_ns', wall_ns, 'cause', cause, 'function', function, 'file', file,
			'line', line)) FROM (
			SELECT u.start_ns - c.start_ns AS at_ns, t.tid, u.wall_ns, u.cause, u.function,
				u.file, u.line
			FROM pool_closure AS u
			JOIN thread AS t ON t.id = u.thread
			JOIN capture AS c ON c.id = u.capture
			WHERE u.capture = :capture
			ORDER BY u.wall_ns DESC, u.start_ns
			LIMIT CASE WHEN :top < 0 THEN 50 ELSE :top END)))
		FROM pool AS p WHERE p.capture = :capture),
	'loss', (SELECT json_object(
		'percent', (SELECT total(percent) FROM loss_total AS t WHERE t.capture = m.capture),
		'causes', (SELECT json_group_array(json_object('cause', cause, 'unit', unit,
			'count', count, 'percent', percent)) FROM (SELECT * FROM loss_total AS t
			WHERE t.capture = m.capture ORDER BY cause)),
		'stacks', m.stacks, 'stacks_complete', m.stacks_complete, 'stops', m.stops,
		'unknown_spans', m.unknown_spans, 'unknown_span_ns', m.unknown_span_ns,
		'unproven_runs', m.unproven_runs, 'unproven_cpu_ns', m.unproven_cpu_ns)
		FROM limits AS m WHERE m.capture = :capture)) AS report;
