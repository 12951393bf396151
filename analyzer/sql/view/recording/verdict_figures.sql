-- Which figures decide the verdict on a recording? Those of the chosen time, a row a capture.
CREATE VIEW verdict_figures AS
WITH workers AS (
	SELECT w.capture, count(*) AS workers, sum(w.wall_ns) AS wall_ns,
		sum(w.poll_cpu_ns + w.poll_offcpu_ns) AS polling_ns,
		sum(t.exit_ns IS NULL) AS at_end
	FROM worker AS w JOIN thread AS t ON t.id = w.thread
	GROUP BY w.capture
), queued AS (
	SELECT q.capture, sum(q.run_queue_ns) AS run_queue_ns, max(q.longest_ns) AS longest_ns,
		sum(q.cpu_ns) AS cpu_ns
	FROM run_queue AS q JOIN worker AS w ON w.thread = q.thread
	GROUP BY q.capture
), others AS (
	SELECT capture, sum(cpu_ns) AS cpu_ns FROM run_queue
	WHERE thread NOT IN (SELECT thread FROM worker)
	GROUP BY capture
), main_time AS (
	/* Of each main future; rank 1: the one to speak of. What waits all the time may mean to. */
	SELECT m.*, row_number() OVER (PARTITION BY m.capture
			ORDER BY NOT m.all_the_time
				AND (m.longest_certain_ns >= k.warning_longest_ns
				OR 100.0 * m.certain_ns / k.caution_percent
					>= t.end_ns - t.start_ns) DESC,
				m.blocked_ns DESC, m.thread) AS rank
	FROM (SELECT b.capture, b.thread, count(*) AS blocks, sum(b.blocked_ns) AS blocked_ns,
			max(b.blocked_ns) AS longest_ns,
			total(CASE WHEN b.bounds <> 'upper' THEN b.blocked_ns END) AS certain_ns,
			max(CASE WHEN b.bounds <> 'upper' THEN b.blocked_ns ELSE 0 END)
				AS longest_certain_ns,
			max(b.id IN (SELECT p.blocking_poll FROM site_poll AS p
				WHERE p.open AND p.at_attach)) AS all_the_time
		FROM blocking_poll AS b
		WHERE b.main
		GROUP BY b.capture, b.thread) AS m
	JOIN chosen_time AS t ON t.capture = m.capture
	JOIN constant AS k
), pooled AS (
	/* rank 1: the pool to speak of, whose tasks waited the longest while it was full. */
	SELECT l.*, row_number() OVER (PARTITION BY l.capture
			ORDER BY l.full_ns > 0 AND (l.full_percent >= k.warning_percent
				OR l.longest_full_wait_ns >= k.warning_longest_ns) DESC,
				l.full_percent DESC, l.longest_wait_ns DESC, l.pid, l.pool)
			AS rank,
		max(l.peak_tasks) OVER (PARTITION BY l.capture) AS most_tasks,
		max(l.longest_wait_ns) OVER (PARTITION BY l.capture) AS most_wait_ns
	FROM pool_load AS l
	JOIN constant AS k
), throttled AS (
	/* Processes may share a cgroup: its periods are counted once. */
	SELECT capture, cpus, periods, throttled_periods, throttled_ns,
		row_number() OVER (PARTITION BY capture ORDER BY throttled_ns DESC) AS rank
	FROM throttling
), stolen AS (
	SELECT w.capture, sum(n.stolen_ns) AS stolen_ns
	FROM thread_window AS n JOIN worker AS w ON w.thread = n.thread
	GROUP BY w.capture
), processors AS (
	/* All CPUs that threads were seen on, by all samples: their time in the chosen time. */
	SELECT s.capture, count(DISTINCT s.cpu) * (t.end_ns - t.start_ns) AS cpus_ns
	FROM main.sample AS s
	JOIN chosen_time AS t ON t.capture = s.capture
	GROUP BY s.capture
), blocked AS (
	SELECT capture, count(*) AS spans, sum(blocked_ns) AS blocking_ns,
		max(blocked_ns) AS longest_ns,
		max(CASE WHEN open THEN blocked_ns END) AS longest_open_ns,
		max(CASE WHEN bounds = 'upper' THEN blocked_ns END) AS longest_upper_ns,
		2 * total(CASE WHEN bounds = 'upper' THEN blocked_ns END)
			> sum(blocked_ns) AS at_most
	FROM blocking_poll
	WHERE NOT main
	GROUP BY capture
), blocked_in_all AS (
	/* Also by polls that a filter leaves out: it leaves out nothing of the waits for a CPU. */
	SELECT b.capture, total((min(b.end_ns, t.end_ns) - max(b.start_ns, t.start_ns))
		* (1.0 - 1.0 * b.run_queue_ns / max(b.wall_ns, 1))) AS blocking_ns
	FROM main.blocking_poll AS b
	JOIN worker AS w ON w.thread = b.thread
	JOIN chosen_time AS t ON t.capture = b.capture AND b.end_ns > t.start_ns
		AND b.start_ns < t.end_ns
	WHERE NOT b.main
	GROUP BY b.capture
), before AS (
	/* Of what had begun before the recording only a part was seen. */
	SELECT capture, max(blocked_ns) AS longest_ns
	FROM blocking_poll
	WHERE NOT main AND id IN (SELECT blocking_poll FROM site_poll WHERE at_attach)
	GROUP BY capture
), stuck AS (
	SELECT capture, count(*) AS runtimes, sum(workers) AS workers,
		min(waited_ns) AS waited_ns, sum(all_waited_ns) AS all_ns,
		min(at_attach) AS at_attach,
		min(progress_by = 'nothing') AS hopeless,
		group_concat(DISTINCT places) AS places,
		group_concat(DISTINCT runtime || ' of ' || name || ' (' || pid || ')')
			AS names
	FROM stuck_runtime GROUP BY capture
), by_runtime AS (
	/*
	 * rank 1: blocked for most of its time, but of no less than the chosen time: a runtime may
	 * live for a single call.
	 */
	SELECT *, row_number() OVER (PARTITION BY capture ORDER BY percent DESC, name) AS rank
	FROM (SELECT w.capture, n.name || CASE WHEN EXISTS (SELECT 1 FROM process AS o
				WHERE o.capture = w.capture AND o.id <> n.process)
				THEN printf(' of %s (%d)', coalesce(p.name, '?'), p.pid) ELSE '' END
				AS name,
			100.0 * sum(w.blocking_ns) / max(sum(w.wall_ns), t.end_ns - t.start_ns, 1)
				AS percent
		FROM worker AS w
		JOIN worker_runtime AS n ON n.thread = w.thread
		JOIN process AS p ON p.id = n.process
		JOIN chosen_time AS t ON t.capture = w.capture
		GROUP BY w.capture, n.process, n.only_thread, n.runtime)
), workless AS (
	/* Beside others that have workers; not what became another program by exec. */
	SELECT p.capture, count(*) AS processes,
		group_concat(coalesce(p.name, '?') || ' (' || p.pid || ')') AS names
	FROM process AS p
	WHERE EXISTS (SELECT 1 FROM worker_runtime AS n WHERE n.capture = p.capture)
		AND NOT EXISTS (SELECT 1 FROM worker_runtime AS n WHERE n.process = p.id)
		AND NOT EXISTS (SELECT 1 FROM lifecycle AS l
			WHERE l.process = p.id AND l.kind = 'process-exec')
		AND EXISTS (SELECT 1 FROM thread AS t
			JOIN thread_summary AS s ON s.thread = t.id
			WHERE t.process = p.id AND s.samples > 0)
	GROUP BY p.capture
), unseen AS (
	/*
	 * Runtimes in objects of a process of which the state of others is read. One whose code is
	 * on no stack runs none: it has no row in binary. (Copies of a file share the row of one.)
	 */
	SELECT n.capture, count(*) AS runtimes, group_concat(DISTINCT coalesce(replace(n.object,
			rtrim(n.object, replace(n.object, '/', '')), ''), '?')) AS objects
	FROM runtime_layouts AS n
	JOIN process_source AS q ON q.process = n.process
	WHERE n.source = 'none' AND n.objects > 1 AND q.source <> 'stack'
		AND (n.object IS NULL
			OR EXISTS (SELECT 1 FROM binary AS b
				WHERE b.capture = n.capture AND b.path = n.object)
			OR EXISTS (SELECT 1 FROM mapping AS m
				WHERE m.process = n.process AND m.binary IS NOT NULL
				GROUP BY m.binary, m.file_offset
				HAVING count(DISTINCT m.start_address) > 1))
	GROUP BY n.capture
), undecided AS (
	SELECT capture, sum(cpu_ns) AS undecided_ns FROM undecided_run GROUP BY capture
), lost AS (
	SELECT capture, sum(percent) AS percent FROM loss_total
	WHERE unit <> 'stacks' GROUP BY capture
), classified AS (
	/*
	 * Short sleeps have no observation, and who slept shortly only has no summary; some were
	 * classified by the runtime's own state.
	 */
	SELECT t.capture,
		total(coalesce(s.slept_ns + s.samples * l.sample_ns, 0) + coalesce(n.known_ns, 0))
			AS all_ns,
		total(coalesce(s.slept_ns - s.unclassified_sleep_ns
			+ (s.samples - s.unclassified_samples) * l.sample_ns, 0)
			+ coalesce(n.known_ns, 0)) AS classified_ns
	FROM thread_role AS r
	JOIN thread AS t ON t.id = r.thread
	JOIN sample_period AS l ON l.capture = t.capture
	LEFT JOIN thread_summary AS s ON s.thread = t.id
	LEFT JOIN (SELECT thread, parked_ns + poll_sleep_ns AS known_ns FROM thread_totals) AS n
		ON n.thread = t.id
	WHERE r.role = 'worker' OR NOT EXISTS (SELECT 1 FROM worker AS k
		WHERE k.capture = t.capture)
	GROUP BY t.capture
)
SELECT c.id AS capture, c.threshold_ns,
	max(c.threshold_ns, coalesce(i.min_ns, 0)) AS least_ns,
	c.end_ns - c.start_ns AS duration_ns, ct.end_ns - ct.start_ns AS chosen_ns,
	coalesce(w.workers, 0) AS workers, coalesce(w.wall_ns, 0) AS worker_wall_ns,
	coalesce(w.polling_ns, 0) AS polling_ns, coalesce(r.cpu_ns, 0) AS others_cpu_ns,
	coalesce(b.spans, 0) AS blocking_polls, coalesce(b.blocking_ns, 0) AS blocking_ns,
	coalesce(b.longest_ns, 0) AS longest_ns,
	coalesce(ba.blocking_ns, 0.0) AS blocking_in_all_ns,
	coalesce(g.longest_ns = b.longest_ns, 0) AS longest_at_attach,
	coalesce(b.longest_open_ns = b.longest_ns, 0) AS longest_open,
	coalesce(b.at_most, 0) AS at_most,
	coalesce(b.longest_upper_ns = b.longest_ns, 0) AS longest_at_most,
	coalesce(x.workers, 0) AS stuck_workers, coalesce(x.runtimes, 0) AS stuck_runtimes,
	x.waited_ns AS stuck_ns, coalesce(x.all_ns, 0) AS stuck_all_ns,
	x.at_attach AS stuck_at_attach,
	x.hopeless AS stuck_hopeless, x.places AS stuck_places,
	x.names AS stuck_names, w.at_end - x.workers AS others_at_end,
	CASE WHEN w.wall_ns > 0 THEN 100.0 * coalesce(b.blocking_ns, 0) / w.wall_ns END
		AS blocking_percent,
	d.name AS worst_runtime, d.percent AS worst_percent,
	coalesce(q.run_queue_ns, 0) AS run_queue_ns,
	coalesce(q.longest_ns, 0) AS longest_run_queue_ns, coalesce(q.cpu_ns, 0) AS cpu_ns,
	CASE WHEN w.wall_ns > 0 THEN 100.0 * coalesce(q.run_queue_ns, 0) / w.wall_ns END
		AS run_queue_percent,
	coalesce(m.blocks, 0) AS main_blocks, coalesce(m.blocked_ns, 0) AS main_blocked_ns,
	coalesce(m.longest_ns, 0) AS main_longest_ns,
	coalesce(m.certain_ns, 0.0) AS main_certain_ns,
	coalesce(m.longest_certain_ns, 0) AS main_longest_certain_ns,
	coalesce(2 * m.certain_ns < m.blocked_ns, 0) AS main_at_most,
	coalesce(m.all_the_time, 0) AS main_all_the_time,
	100.0 * coalesce(m.blocked_ns, 0) / max(ct.end_ns - ct.start_ns, 1)
		AS main_blocked_percent,
	o.most_tasks AS pool_tasks, o.most_wait_ns AS pool_wait_ns,
	o.full_ns AS pool_full_ns, o.full_percent AS pool_full_percent,
	o.thread_limit - o.workers AS pool_threads, o.peak_tasks AS full_pool_tasks,
	o.longest_full_wait_ns AS full_pool_wait_ns, o.watched_ns AS pool_watched_ns,
	h.cpus AS quota_cpus, coalesce(h.periods, 0) AS quota_periods,
	coalesce(h.throttled_periods, 0) AS throttled_periods,
	coalesce(h.throttled_ns, 0) AS throttled_ns, coalesce(e.stolen_ns, 0) AS stolen_ns,
	y.cpus_ns,
	coalesce(l.percent, 0.0) AS loss_percent,
	CASE WHEN t.all_ns > 0 THEN 100.0 * t.classified_ns / t.all_ns END
		AS classified_percent,
	coalesce(ud.undecided_ns, 0) AS undecided_ns,
	coalesce(un.runtimes, 0) AS unseen_runtimes, un.objects AS unseen_objects,
	coalesce(wl.processes, 0) AS workless_processes, wl.names AS workless_names,
	f.seen AS runtime_seen, f.linked AS runtime_linked, f.symbols_missing,
	f.in_library,
	u.source, u.count_unit,
	u.population, u.timed_percent, u.followed_percent, c.truncated, c.command
FROM capture AS c
JOIN chosen_time AS ct ON ct.capture = c.id
JOIN runtime_found AS f ON f.capture = c.id
JOIN filter AS i ON i.capture = c.id
JOIN poll_source AS u ON u.capture = c.id
LEFT JOIN workers AS w ON w.capture = c.id
LEFT JOIN queued AS q ON q.capture = c.id
LEFT JOIN others AS r ON r.capture = c.id
LEFT JOIN main_time AS m ON m.capture = c.id AND m.rank = 1
LEFT JOIN pooled AS o ON o.capture = c.id AND o.rank = 1
LEFT JOIN throttled AS h ON h.capture = c.id AND h.rank = 1
LEFT JOIN stolen AS e ON e.capture = c.id
LEFT JOIN processors AS y ON y.capture = c.id
LEFT JOIN before AS g ON g.capture = c.id
LEFT JOIN stuck AS x ON x.capture = c.id
LEFT JOIN by_runtime AS d ON d.capture = c.id AND d.rank = 1
LEFT JOIN blocked AS b ON b.capture = c.id
LEFT JOIN blocked_in_all AS ba ON ba.capture = c.id
LEFT JOIN lost AS l ON l.capture = c.id
LEFT JOIN undecided AS ud ON ud.capture = c.id
LEFT JOIN unseen AS un ON un.capture = c.id
LEFT JOIN workless AS wl ON wl.capture = c.id
LEFT JOIN classified AS t ON t.capture = c.id;
