-- The whole report as one JSON document: docs/report.schema.json describes it.
--
-- Lists of single polls, closures, functions and files end after json_rows_max (view constant)
-- without :top.
WITH listed AS (
	SELECT CASE WHEN :top < 0 THEN json_rows_max ELSE :top END AS rows FROM constant
), task AS MATERIALIZED (
	SELECT * FROM site_task WHERE capture = :capture
), waker AS MATERIALIZED (
	SELECT * FROM site_waker WHERE capture = :capture
), holder AS MATERIALIZED (
	SELECT * FROM site_holder WHERE capture = :capture
), code_line AS MATERIALIZED (
	SELECT * FROM site_line WHERE capture = :capture
), user_frame AS MATERIALIZED (
	SELECT * FROM site_user_frame WHERE capture = :capture
), alias AS MATERIALIZED (
	SELECT * FROM site_alias WHERE capture = :capture
), queue_wait AS MATERIALIZED (
	SELECT site, json_object(
		'mean', mean, 'max', max,
		'delay', CASE WHEN polls_ended THEN json_object(
			'polls_ended', polls_ended, 'queued', queued,
			'queue_wait_mean_ns', queue_wait_mean_ns,
			'queue_wait_max_ns', queue_wait_max_ns,
			'left_queued', left_queued, 'next_polls', next_polls,
			'next_mean_ns', next_mean_ns, 'next_max_ns', next_max_ns) END) AS text
	FROM site_queue_wait
	WHERE capture = :capture
), next_task AS MATERIALIZED (
	SELECT * FROM site_next_task WHERE capture = :capture
), site_text AS (
	SELECT s.main, row_number() OVER (PARTITION BY s.main
			ORDER BY s.total_ns DESC, s.function, s.cause) AS rank, json_object(
		'id', s.site, 'function', s.function, 'crate', s.crate, 'file', s.file,
		'line', s.line, 'decl_line', s.decl_line,
		'inferred', json(CASE WHEN s.inferred THEN 'true' ELSE 'false' END),
		'entry', s.entry,
		'user_frames', (SELECT json_group_array(json_object('function', function,
			'file', file, 'line', line))
			FROM (SELECT * FROM user_frame AS u WHERE u.site = s.site
				ORDER BY position)),
		'boundary', CASE WHEN s.boundary IS NOT NULL THEN json_object(
			'function', s.boundary, 'file', s.boundary_file,
			'line', s.boundary_line, 'share', s.boundary_share) END,
		'leaf', CASE WHEN s.leaf IS NOT NULL THEN json_object('function', s.leaf,
			'file', s.leaf_file, 'line', s.leaf_line, 'share', s.leaf_share) END,
		'origin', s.origin, 'cause', s.cause, 'bounds', s.bounds,
		'count', s.count, 'open_count', s.open_count,
		'at_attach_count', s.at_attach_count,
		'total_ns', s.total_ns, 'run_queue_ns', s.run_queue_ns,
		'p50_ns', s.p50_ns, 'p99_ns', s.p99_ns, 'max_ns', s.max_ns,
		'tasks', (SELECT json_group_array(task)
			FROM (SELECT task FROM task AS t WHERE t.site = s.site
				ORDER BY blocked_ns DESC, task)),
		'wakers', (SELECT json_group_array(json_object('function', waker,
			'file', file, 'line', line, 'known_as', known_as, 'share', share,
			'inferred', json(CASE WHEN inferred THEN 'true' ELSE 'false' END),
			'open', json(CASE WHEN open THEN 'true' ELSE 'false' END)))
			FROM (SELECT * FROM waker AS w WHERE w.site = s.site ORDER BY rank)),
		'holders', (SELECT json_group_array(json_object('function', holder,
			'file', file, 'line', line, 'through', through, 'share', share,
			'inferred', json(CASE WHEN inferred THEN 'true' ELSE 'false' END)))
			FROM (SELECT * FROM holder AS h WHERE h.site = s.site ORDER BY rank)),
		'sources', json_object('exact', s.exact_share, 'passive', s.passive_share,
			'stack', s.stack_share),
		'aliases', (SELECT json_group_array(function)
			FROM (SELECT function FROM alias AS a WHERE a.site = s.site
				ORDER BY function)),
		'lines', (SELECT json_group_array(json_object('file', file, 'line', line,
			'blocked_ns', blocked_ns))
			FROM (SELECT * FROM code_line AS l WHERE l.site = s.site
				ORDER BY rank)),
		'queue_wait', (SELECT json(q.text) FROM queue_wait AS q WHERE q.site = s.site),
		'next_tasks', (SELECT json_group_array(json_object('task', task, 'waits', waits,
			'blocked_ns', blocked_ns))
			FROM (SELECT * FROM next_task AS n WHERE n.site = s.site ORDER BY rank)),
		'advice', CASE WHEN s.advice IS NOT NULL THEN json_object(
			'text', s.advice, 'documentation', s.documentation,
			'function', s.advice_function) END) AS text
	FROM site_summary AS s
	WHERE s.capture = :capture
), site_list AS (
	SELECT main, text FROM site_text WHERE :top < 0 OR rank <= :top ORDER BY main, rank
), activity_column AS MATERIALIZED (
	SELECT * FROM activity WHERE capture = :capture
), activity_line AS (
	SELECT thread, place, json_group_array(cpu_ns) OVER line AS cpu,
		json_group_array(blocked_ns) OVER line AS blocked
	FROM activity_column
	WINDOW line AS (PARTITION BY thread ORDER BY place
		ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING)
), activity_worker AS (
	SELECT w.tid, a.cpu, a.blocked
	FROM activity_line AS a
	JOIN workers AS w ON w.thread = a.thread
	WHERE a.place = 0
	ORDER BY w.tid
), hot_function AS (
	SELECT * FROM hotspots WHERE capture = :capture
	ORDER BY self_ns DESC, total_ns DESC, function
	LIMIT (SELECT rows FROM listed)
), hot_source AS (
	SELECT * FROM hot_file WHERE capture = :capture
	ORDER BY self_ns DESC, total_ns DESC, file
	LIMIT (SELECT rows FROM listed)
), longest AS (
	SELECT * FROM blocking_polls WHERE capture = :capture
	ORDER BY wall_ns DESC, at_ns
	LIMIT (SELECT rows FROM listed)
), closure AS (
	SELECT * FROM pool_closure WHERE capture = :capture
	ORDER BY wall_ns DESC, at_ns
	LIMIT (SELECT rows FROM listed)
)
SELECT json_object(
	'schema', 2,
	'capture', (SELECT json_object(
		'id', r.capture_id, 'file', r.file, 'command', r.command,
		'start_realtime_ns', r.start_realtime_ns, 'duration_ns', r.duration_ns,
		'threshold_ns', r.threshold_ns, 'sample_hz', r.sample_hz, 'source', v.source,
		'kernel', r.kernel, 'recorder', r.recorder, 'cpus', r.cpus, 'events', r.events,
		'truncated', json(CASE WHEN r.truncated THEN 'true' ELSE 'false' END),
		'end_reason', r.end_reason,
		'layouts', (SELECT json_group_array(json_object('pid', pid, 'object', object,
			'source', source, 'at_ns', at_ns, 'reason', reason,
			'parks', parks, 'polls', polls,
			'probe_hits', probe_hits, 'bpf_run_ns', bpf_run_ns, 'sentence', sentence,
			'remedy', remedy))
			FROM (SELECT * FROM runtime_layouts WHERE capture = :capture
				ORDER BY pid, process, object)),
		'processes', (SELECT json_group_array(json_object('pid', pid, 'name', name,
			'executable', executable))
			FROM (SELECT * FROM processes WHERE capture = :capture
				ORDER BY pid, process)))
		FROM recording AS r WHERE r.capture = :capture),
	'verdict', json_object(
		'level', v.level, 'reason', v.reason, 'sentence', v.sentence,
		'next_step', v.next_step, 'workers', v.workers, 'worker_wall_ns', v.worker_wall_ns,
		'polling_ns', v.polling_ns, 'blocking_polls', v.blocking_polls,
		'blocking_ns', v.blocking_ns, 'longest_ns', v.longest_ns,
		'longest_at_attach',
		json(CASE WHEN v.longest_at_attach THEN 'true' ELSE 'false' END),
		'stuck_workers', v.stuck_workers,
		'blocking_percent', v.blocking_percent, 'run_queue_ns', v.run_queue_ns,
		'longest_run_queue_ns', v.longest_run_queue_ns,
		'run_queue_percent', v.run_queue_percent, 'stolen_ns', v.stolen_ns,
		'main_blocks', v.main_blocks, 'main_blocked_ns', v.main_blocked_ns,
		'main_longest_ns', v.main_longest_ns,
		'main_blocked_percent', v.main_blocked_percent,
		'pool_tasks', v.pool_tasks, 'pool_wait_ns', v.pool_wait_ns,
		'pool_full_ns', v.pool_full_ns, 'pool_full_percent', v.pool_full_percent,
		'quota_cpus', v.quota_cpus, 'quota_periods', v.quota_periods,
		'throttled_periods', v.throttled_periods, 'throttled_ns', v.throttled_ns,
		'loss_percent', v.loss_percent,
		'classified_percent', v.classified_percent),
	'filter', (SELECT json_object('from_ns', from_ns, 'to_ns', to_ns, 'worker', worker,
		'task', task, 'cause', cause, 'match', match, 'min_ns', min_ns, 'site', site)
		FROM chosen_part WHERE capture = :capture AND filtered),
	'count_unit', v.count_unit,
	'population', v.population,
	'timed_percent', v.timed_percent,
	'followed_percent', v.followed_percent,
	'sites', (SELECT json_group_array(json(text)) FROM site_list WHERE NOT main),
	'main_sites', (SELECT json_group_array(json(text)) FROM site_list WHERE main),
	'sites_total', (SELECT count(*) FROM site WHERE capture = :capture AND NOT main),
	'workers', (SELECT json_group_array(json_object(
		'tid', tid, 'comm', comm, 'runtime', runtime, 'scheduler', scheduler,
		'wall_ns', wall_ns,
		'states', json_object(
			'poll-cpu', poll_cpu_ns, 'poll-off-cpu', poll_offcpu_ns,
			'run-queue', run_queue_ns, 'parked', parked_ns,
			'runtime', runtime_ns, 'unknown', unknown_ns),
		'blocking_ns', blocking_ns, 'blocking_polls', blocking_polls))
		FROM (SELECT * FROM workers WHERE capture = :capture ORDER BY rank)),
	'cpus', (SELECT json_group_array(json_object('cpu', cpu, 'threads', threads,
		'samples', samples, 'cpu_ns', cpu_ns, 'waits', waits,
		'run_queue_ns', run_queue_ns, 'longest_ns', longest_ns))
		FROM (SELECT * FROM cpus WHERE capture = :capture
			ORDER BY run_queue_ns DESC, cpu)),
	'timeline', (SELECT json_object(
		'column_ns', (SELECT max(end_ns) - min(start_ns) FROM activity_column)
			/ k.activity_columns,
		'from_ns', (SELECT min(start_ns) FROM activity_column) - c.start_ns,
		'workers', (SELECT json_group_array(json_object('tid', tid, 'cpu_ns', json(cpu),
			'blocked_ns', json(blocked))) FROM activity_worker))
		FROM capture AS c JOIN constant AS k WHERE c.id = :capture),
	'tasks', (SELECT json_group_array(json_object('task', task, 'file', file, 'line', line,
		'places', places, 'polls', polls, 'population', population, 'count', count,
		'p50_ns', p50_ns, 'p99_ns', p99_ns, 'max_ns', max_ns, 'blocked_ns', blocked_ns,
		'source', source))
		FROM (SELECT * FROM tasks WHERE capture = :capture
			ORDER BY blocked_ns DESC, task LIMIT :top)),
	'task_life', (SELECT json_group_array(json_object('task', task, 'alive', alive,
		'alive_first', alive_first, 'spawned', spawned, 'found', found, 'ended', ended,
		'lost', lost, 'ends_seen', ends_seen, 'mean_life_ns', mean_life_ns, 'polls', polls,
		'readies', readies,
		'polled_ns', polled_ns, 'ready_ns', ready_ns, 'await_ns', await_ns,
		'unknown_ns', unknown_ns, 'ready_mean_ns', ready_mean_ns,
		'ready_max_ns', ready_max_ns, 'unfollowed', unfollowed))
		FROM (SELECT * FROM task_life WHERE capture = :capture
			ORDER BY ready_ns DESC, total_ns DESC, task LIMIT :top)),
	'hotspots', json_object(
		'functions', (SELECT json_group_array(json_object('function', function,
			'crate', crate, 'origin', origin, 'file', file, 'line', line,
			'samples', samples, 'self_ns', self_ns, 'total_ns', total_ns))
			FROM hot_function),
		'files', (SELECT json_group_array(json_object('file', file, 'origin', origin,
			'samples', samples, 'self_ns', self_ns, 'total_ns', total_ns))
			FROM hot_source)),
	'longest', (SELECT json_group_array(json_object('at_ns', at_ns, 'tid', tid, 'task', task,
		'wall_ns', wall_ns, 'run_queue_ns', run_queue_ns,
		'open', json(CASE WHEN open THEN 'true' ELSE 'false' END),
		'waits', json(CASE WHEN waits THEN 'true' ELSE 'false' END),
		'at_attach', json(CASE WHEN at_attach THEN 'true' ELSE 'false' END),
		'bounds', bounds, 'source', source)) FROM longest),
	'pool', (SELECT json_object(
		'threads', p.threads, 'peak_busy', p.peak_busy, 'busy_ns', p.busy_ns,
		'idle_ns', p.idle_ns, 'block_in_place_ns', p.block_in_place_ns,
		'block_in_place_count', p.block_in_place_count,
		'root_future_ns', p.root_future_ns, 'root_future_count', p.root_future_count,
		'without_core_ns', p.without_core_ns, 'without_core_count', p.without_core_count,
		'queues', (SELECT CASE WHEN count(*) > 0 THEN json_group_array(json_object(
			'pid', pid, 'process', name, 'runtime', runtime, 'scheduler', scheduler,
			'threads', threads,
			'thread_limit', thread_limit, 'workers', workers,
			'peak_tasks', peak_tasks, 'longest_wait_ns', longest_wait_ns,
			'waiting_ns', waiting_ns, 'full_ns', full_ns, 'full_percent', full_percent,
			'queued_at_end', queued_at_end, 'watched_ns', watched_ns)) END
			FROM (SELECT * FROM pool_load WHERE capture = :capture
				ORDER BY full_ns DESC, longest_wait_ns DESC, pid, pool)),
		'closures', (SELECT json_group_array(json_object('at_ns', at_ns, 'tid', tid,
			'wall_ns', wall_ns, 'cause', cause, 'function', function, 'file', file,
			'line', line)) FROM closure))
		FROM blocking_pool AS p WHERE p.capture = :capture),
	'loss', (SELECT json_object(
		'percent', v.loss_percent,
		'causes', (SELECT json_group_array(json_object('cause', cause, 'unit', unit,
			'count', count, 'percent', percent, 'meaning', meaning))
			FROM (SELECT * FROM loss_total WHERE capture = :capture ORDER BY cause)),
		'late_rows', (SELECT json_group_array(json_object('path', path, 'stacks', stacks,
			'after_ns', after_ns))
			FROM (SELECT * FROM late_unwind_rows WHERE capture = :capture
				ORDER BY stacks DESC, path)),
		'stacks', m.stacks, 'stacks_complete', m.stacks_complete, 'stops', m.stops,
		'unclassified_spans', m.unclassified_spans,
		'unclassified_span_ns', m.unclassified_span_ns,
		'unproven_runs', m.unproven_runs, 'unproven_cpu_ns', m.unproven_cpu_ns,
		'unobserved_polls', m.unobserved_polls, 'unobserved_cpu_ns', m.unobserved_cpu_ns,
		'probe_waits', m.probe_waits, 'probe_wait_ns', m.probe_wait_ns)
		FROM limits AS m WHERE m.capture = :capture)) AS report
FROM verdict AS v
WHERE v.capture = :capture;
