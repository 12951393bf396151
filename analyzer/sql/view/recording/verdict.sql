-- Is the runtime healthy? The verdict, its reason, and the numbers it follows from.
--
-- WARNING, CAUTION: by the share of the workers' time in blocking polls, or by the longest of them.
-- Where a process has several multi_thread runtimes, by the share of the one blocked the most.
-- WARNING also where no worker of a runtime runs any more (view stuck_runtime).
-- STARVED: the workers were ready to run and waited for a CPU, for starved_percent of their time,
-- or for longer than they ran and starved_least_percent; and for longer than polls blocked them.
-- SATURATED: a blocking pool had no thread left while tasks waited for one, for warning_percent of
-- the time, or one of them for warning_longest_ns.
-- The main future, which blocks no worker, makes it WARNING or CAUTION by the same limits; CAUTION
-- where it is in one wait all the time, which may be meant.
-- CANNOT TELL: no worker, too much was lost, or too little could be classified. The limits are in
-- the view constant. What lost its stack only was seen: it is not lost, but may be unclassified.
-- NOMINAL says so where the workers polled for less than idle_percent of their time: they blocked
-- nothing, but had little to do. next_step: what to do, where no site has the advice.
CREATE VIEW verdict AS
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
	SELECT b.capture, count(*) AS blocks, sum(b.wall_ns - b.run_queue_ns) AS blocked_ns,
		max(b.wall_ns - b.run_queue_ns) AS longest_ns,
		max(b.id IN (SELECT p.blocking_poll FROM site_poll AS p
			WHERE p.open AND p.at_attach)) AS all_the_time
	FROM blocking_poll AS b
	WHERE b.main
	GROUP BY b.capture
), pooled AS (
	SELECT *, row_number() OVER (PARTITION BY capture
			ORDER BY full_ns DESC, longest_wait_ns DESC, pid, pool) AS rank,
		max(peak_tasks) OVER (PARTITION BY capture) AS most_tasks,
		max(longest_wait_ns) OVER (PARTITION BY capture) AS most_wait_ns
	FROM pool_load
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
	SELECT capture, count(*) AS spans, sum(wall_ns - run_queue_ns) AS blocking_ns,
		max(wall_ns - run_queue_ns) AS longest_ns,
		max(CASE WHEN open THEN wall_ns - run_queue_ns END) AS longest_open_ns
	FROM blocking_poll
	WHERE NOT main
	GROUP BY capture
), before AS (
	/* Of what had begun before the recording only a part was seen. */
	SELECT capture, max(wall_ns - run_queue_ns) AS longest_ns
	FROM blocking_poll
	WHERE NOT main AND id IN (SELECT blocking_poll FROM site_poll WHERE at_attach)
	GROUP BY capture
), stuck AS (
	SELECT capture, count(*) AS runtimes, sum(workers) AS workers,
		min(waited_ns) AS waited_ns, min(at_attach) AS at_attach,
		min(progress_by = 'nothing') AS hopeless,
		group_concat(DISTINCT places) AS places,
		group_concat(DISTINCT runtime || ' of ' || name || ' (' || pid || ')')
			AS names
	FROM stuck_runtime GROUP BY capture
), by_runtime AS (
	/* Of a process with several multi_thread runtimes; rank 1: blocked for most of its time. */
	SELECT *, row_number() OVER (PARTITION BY capture ORDER BY percent DESC, name) AS rank
	FROM (SELECT w.capture, n.name,
			100.0 * sum(w.blocking_ns) / max(sum(w.wall_ns), 1) AS percent
		FROM worker AS w
		JOIN thread_runtime AS n ON n.thread = w.thread AND n.runtimes > 1
		GROUP BY w.capture, n.process, n.runtime)
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
), figures AS (
	SELECT c.id AS capture, c.threshold_ns,
		max(c.threshold_ns, coalesce(i.min_ns, 0)) AS least_ns,
		c.end_ns - c.start_ns AS duration_ns, ct.end_ns - ct.start_ns AS chosen_ns,
		coalesce(w.workers, 0) AS workers, coalesce(w.wall_ns, 0) AS worker_wall_ns,
		coalesce(w.polling_ns, 0) AS polling_ns, coalesce(r.cpu_ns, 0) AS others_cpu_ns,
		coalesce(b.spans, 0) AS blocking_polls, coalesce(b.blocking_ns, 0) AS blocking_ns,
		coalesce(b.longest_ns, 0) AS longest_ns,
		coalesce(g.longest_ns = b.longest_ns, 0) AS longest_at_attach,
		coalesce(b.longest_open_ns = b.longest_ns, 0) AS longest_open,
		coalesce(x.workers, 0) AS stuck_workers, coalesce(x.runtimes, 0) AS stuck_runtimes,
		x.waited_ns AS stuck_ns, x.at_attach AS stuck_at_attach,
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
		coalesce(m.all_the_time, 0) AS main_all_the_time,
		100.0 * coalesce(m.blocked_ns, 0) / max(ct.end_ns - ct.start_ns, 1)
			AS main_blocked_percent,
		o.most_tasks AS pool_tasks, o.most_wait_ns AS pool_wait_ns,
		o.full_ns AS pool_full_ns, o.full_percent AS pool_full_percent,
		o.thread_limit - o.workers AS pool_threads, o.peak_tasks AS full_pool_tasks,
		o.longest_wait_ns AS full_pool_wait_ns, o.watched_ns AS pool_watched_ns,
		h.cpus AS quota_cpus, coalesce(h.periods, 0) AS quota_periods,
		coalesce(h.throttled_periods, 0) AS throttled_periods,
		coalesce(h.throttled_ns, 0) AS throttled_ns, coalesce(e.stolen_ns, 0) AS stolen_ns,
		y.cpus_ns,
		coalesce(l.percent, 0.0) AS loss_percent,
		CASE WHEN t.all_ns > 0 THEN 100.0 * t.classified_ns / t.all_ns END
			AS classified_percent,
		coalesce(ud.undecided_ns, 0) AS undecided_ns,
		coalesce(un.runtimes, 0) AS unseen_runtimes, un.objects AS unseen_objects,
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
	LEFT JOIN main_time AS m ON m.capture = c.id
	LEFT JOIN pooled AS o ON o.capture = c.id AND o.rank = 1
	LEFT JOIN throttled AS h ON h.capture = c.id AND h.rank = 1
	LEFT JOIN stolen AS e ON e.capture = c.id
	LEFT JOIN processors AS y ON y.capture = c.id
	LEFT JOIN before AS g ON g.capture = c.id
	LEFT JOIN stuck AS x ON x.capture = c.id
	LEFT JOIN by_runtime AS d ON d.capture = c.id AND d.rank = 1
	LEFT JOIN blocked AS b ON b.capture = c.id
	LEFT JOIN lost AS l ON l.capture = c.id
	LEFT JOIN undecided AS ud ON ud.capture = c.id
	LEFT JOIN unseen AS un ON un.capture = c.id
	LEFT JOIN classified AS t ON t.capture = c.id
), compared AS (
	SELECT f.*,
		coalesce(max(f.blocking_percent, coalesce(f.worst_percent, 0))
				>= k.warning_percent, 0)
			OR f.longest_ns >= k.warning_longest_ns AS warning,
		coalesce(max(f.blocking_percent, coalesce(f.worst_percent, 0))
			>= k.caution_percent, 0) AS caution,
		(coalesce(f.run_queue_percent >= k.starved_percent, 0)
			OR (coalesce(f.run_queue_percent >= k.starved_least_percent, 0)
				AND f.run_queue_ns > f.cpu_ns
				AND f.longest_run_queue_ns >= f.threshold_ns))
			AND f.run_queue_ns > f.blocking_ns
			AND 100 * f.run_queue_ns >= k.starved_least_percent * f.chosen_ns
			AS starved,
		(f.main_blocked_percent >= k.warning_percent
			OR f.main_longest_ns >= k.warning_longest_ns)
			AND NOT f.main_all_the_time AS main_warning,
		f.main_blocked_percent >= k.caution_percent AS main_caution,
		coalesce(f.pool_full_ns > 0 AND (f.pool_full_percent >= k.warning_percent
			OR f.full_pool_wait_ns >= k.warning_longest_ns), 0) AS saturated,
		k.starved_percent, f.loss_percent > k.lost_percent_max AS lossy,
		coalesce(f.classified_percent, 0) < k.classified_percent_min AS unclassified,
		100.0 * f.polling_ns < k.idle_percent * f.worker_wall_ns AS idle,
		coalesce(100.0 * f.undecided_ns >= k.warning_percent * f.worker_wall_ns, 0)
			AND f.undecided_ns > 0 AS undecided,
		/* What it held back is known by CPU: all workers may have waited for it. */
		f.throttled_periods > 0
			AND 2 * f.throttled_ns * f.workers >= f.run_queue_ns AS limit_explains,
		/* One that is used up is a limit, whoever else takes the CPUs meanwhile. */
		f.throttled_periods > 0 AND (2 * f.throttled_periods >= f.quota_periods
			OR 2 * f.throttled_ns * f.workers >= f.run_queue_ns) AS limited
	FROM figures AS f
	JOIN constant AS k
), reasoned AS (
	SELECT *,
		CASE
		WHEN stuck_workers THEN 'stuck'
		WHEN starved AND NOT (saturated AND run_queue_percent < starved_percent
			AND run_queue_ns < pool_full_ns)
			AND NOT (main_warning AND run_queue_percent < starved_percent
			AND run_queue_ns < main_blocked_ns) THEN 'starved'
		WHEN warning THEN 'blocking'
		WHEN saturated THEN 'pool'
		WHEN main_warning THEN 'main'
		WHEN caution THEN 'blocking'
		WHEN main_caution THEN 'main'
		WHEN workers = 0 AND NOT runtime_seen AND NOT runtime_linked AND symbols_missing
			THEN 'no-symbols'
		WHEN workers = 0 AND NOT runtime_seen AND NOT runtime_linked THEN 'no-runtime'
		WHEN workers = 0 THEN 'no-worker'
		WHEN lossy THEN 'loss'
		WHEN unclassified THEN 'unclassified'
		END AS reason
	FROM compared
), shortage (taken_by, shortage, shortage_step) AS (
	VALUES
	('hypervisor', 'the hypervisor gave the CPUs to other machines',
		'Only who runs the machine can change that: it needs CPUs of its own.'),
	('itself', 'its own threads kept the CPUs busy',
		'Run no more threads than CPUs: worker_threads, and those of other pools.'),
	('others', 'the CPUs were busy with other programs',
		'Give the program CPUs of its own, or more of them (cpu.weight, nice).')
), explained AS (
	SELECT r.*, s.shortage, s.shortage_step
	FROM reasoned AS r
	JOIN shortage AS s ON s.taken_by = CASE
		WHEN 2 * r.stolen_ns > r.run_queue_ns THEN 'hypervisor'
		WHEN 2 * (r.cpu_ns + r.others_cpu_ns) >= r.cpus_ns THEN 'itself'
		ELSE 'others' END
), judged AS (
	SELECT *,
		CASE
		WHEN reason = 'stuck' THEN 'WARNING'
		WHEN reason = 'starved' THEN 'STARVED'
		WHEN warning THEN 'WARNING'
		WHEN saturated THEN 'SATURATED'
		WHEN main_warning THEN 'WARNING'
		WHEN caution OR main_caution THEN 'CAUTION'
		WHEN reason IS NOT NULL THEN 'CANNOT TELL'
		ELSE 'NOMINAL'
		END AS level
	FROM explained
), worded AS (
	SELECT *,
		CASE WHEN blocking_ns >= 1000000000 THEN printf('%.2f s', blocking_ns / 1e9)
			ELSE printf('%.1f ms', blocking_ns / 1e6) END AS blocking_text,
		CASE WHEN worker_wall_ns >= 1000000000 THEN printf('%.1f s', worker_wall_ns / 1e9)
			ELSE printf('%.1f ms', worker_wall_ns / 1e6) END AS wall_text,
		CASE WHEN polling_ns >= 1000000000 THEN printf('%.2f s', polling_ns / 1e9)
			ELSE printf('%.1f ms', polling_ns / 1e6) END AS polling_text,
		CASE WHEN undecided_ns >= 1000000000 THEN printf('%.2f s', undecided_ns / 1e9)
			ELSE printf('%.1f ms', undecided_ns / 1e6) END AS undecided_text,
		CASE WHEN others_cpu_ns >= 1000000000 THEN printf('%.2f s', others_cpu_ns / 1e9)
			ELSE printf('%.1f ms', others_cpu_ns / 1e6) END AS others_text,
		CASE WHEN longest_ns >= 1000000000 THEN printf('%.2f s', longest_ns / 1e9)
			ELSE printf('%.1f ms', longest_ns / 1e6) END
			|| CASE
			WHEN longest_at_attach AND longest_open
				THEN ', since before the recording and still going on at the end'
			WHEN longest_open THEN ', still going on at the end'
			WHEN longest_at_attach THEN ', since before the recording'
				ELSE '' END AS longest_text,
		printf('%s %s ', stuck_workers || CASE WHEN stuck_workers = 1 THEN ' worker waits'
				ELSE ' workers wait' END,
			CASE WHEN stuck_at_attach THEN 'since before the recording'
				ELSE printf('for %.2f s or longer', stuck_ns / 1e9) END)
			|| 'in ' || replace(stuck_places, ',', ', ')
			|| CASE WHEN stuck_hopeless THEN '; nobody ended that' ELSE '' END
			AS stuck_text,
		CASE WHEN main_all_the_time THEN
			printf('the main future has been in one wait since before the recording '
				|| '(%.2f s)', chosen_ns / 1e9)
		ELSE
			printf('the main future blocked for %s of %.2f s (%.1f%%), %d time%s, the '
				|| 'longest %.1f ms', CASE WHEN main_blocked_ns >= 1000000000
					THEN printf('%.2f s', main_blocked_ns / 1e9)
					ELSE printf('%.1f ms', main_blocked_ns / 1e6) END,
				chosen_ns / 1e9, main_blocked_percent, main_blocks,
				CASE WHEN main_blocks = 1 THEN '' ELSE 's' END,
				main_longest_ns / 1e6)
		END || '; it blocks itself and what it joins, but no worker' AS main_text,
		CASE WHEN run_queue_ns >= 1000000000 THEN printf('%.2f s', run_queue_ns / 1e9)
			ELSE printf('%.1f ms', run_queue_ns / 1e6) END AS run_queue_text,
		CASE WHEN longest_run_queue_ns >= threshold_ns
			THEN printf('up to %.1f ms at a time', longest_run_queue_ns / 1e6)
			ELSE printf('each time less than %g ms', threshold_ns / 1e6)
			END AS longest_run_queue_text,
		CASE WHEN limited THEN
			printf('the limit of its cgroup, %.3g CPUs, was used up in %d of %d '
				|| 'periods', quota_cpus, throttled_periods, quota_periods) END
			AS limit_text,
		CASE WHEN NOT limit_explains THEN shortage END AS busy_text,
		CASE WHEN saturated THEN
			printf('%s busy while tasks waited, for at least %.2f s of %.2f s '
				|| '(%.1f%%): up to %d task%s in its queue, '
				|| 'one for %.1f ms or longer',
				CASE WHEN pool_threads = 1
					THEN 'the only thread of the blocking pool was'
					ELSE printf('all %d threads of the blocking pool were',
						pool_threads) END,
				pool_full_ns / 1e9, pool_watched_ns / 1e9, pool_full_percent,
				full_pool_tasks,
				CASE WHEN full_pool_tasks = 1 THEN '' ELSE 's' END,
				full_pool_wait_ns / 1e6) END AS pool_text,
		printf('%g ms', least_ns / 1e6) AS threshold_text,
		(SELECT group_concat(title, ' or ') FROM runtime) AS runtimes,
		workers || CASE WHEN workers = 1 THEN ' worker' ELSE ' workers' END AS workers_text,
		CASE WHEN workers = 1 THEN 'its' ELSE 'their' END AS whose,
		printf('%d blocking %s%s', blocking_polls, count_unit,
			CASE WHEN blocking_polls = 1 THEN '' ELSE 's' END) AS spans_text
	FROM judged
)
SELECT capture, level, reason,
	CASE
	WHEN reason = 'stuck' THEN
		printf('no worker of %s runs: %s make progress%s; %s.%s',
			CASE WHEN stuck_runtimes = 1 AND others_at_end = 0 THEN 'this runtime'
				ELSE replace(stuck_names, ',', ', ') END,
			CASE WHEN others_at_end = 0 THEN 'nothing can' ELSE 'its tasks cannot' END,
			CASE WHEN stuck_hopeless THEN '' ELSE ' until a wait ends' END, stuck_text,
			CASE WHEN others_at_end = 0 THEN ''
				WHEN others_at_end = 1
					THEN ' The other worker is of another runtime.'
				ELSE printf(' The other %d workers are of other runtimes.',
					others_at_end) END)
	WHEN reason = 'starved' THEN
		printf('%s waited for a CPU for %s of %s %s (%.1f%%), %s: %s%s.',
			workers_text, run_queue_text, whose, wall_text, run_queue_percent,
			longest_run_queue_text,
			coalesce(limit_text || ', and ' || busy_text, limit_text, busy_text),
			CASE WHEN blocking_polls > 0
				THEN '; ' || spans_text || ' took ' || blocking_text
					|| ', the longest ' || longest_text
				ELSE '' END)
	WHEN reason = 'blocking' THEN
		printf('polls blocked %s for %s of %s %s (%.1f%%): %s of %s or more, the '
			|| 'longest %s%s.',
			workers_text, blocking_text, whose, wall_text, blocking_percent,
			spans_text, threshold_text, longest_text,
			CASE WHEN worst_percent > blocking_percent
				THEN printf('; %s: %.1f%%', worst_runtime, worst_percent)
				ELSE '' END)
	WHEN reason = 'pool' THEN
		pool_text || CASE WHEN blocking_polls > 0
			THEN '; ' || spans_text || ' took ' || blocking_text ELSE '' END || '.'
	WHEN reason = 'main' THEN
		main_text || CASE WHEN blocking_polls > 0
			THEN '; ' || spans_text || ' took ' || blocking_text ELSE '' END || '.'
	WHEN reason IN ('no-symbols', 'no-runtime', 'no-worker') THEN
		(SELECT CASE WHEN n.reason IN ('symbols', 'runtime', 'dump') THEN ''
			ELSE 'no thread could be identified as a worker: ' END
			|| n.why || '; ' || n.next_step || '.'
			FROM no_worker AS n WHERE n.capture = w.capture)
	WHEN reason = 'loss' THEN
		printf('%.1f%% of what happened was lost; %s seen on %s (%s in polls).',
			loss_percent, spans_text, workers_text, polling_text)
	WHEN reason = 'unclassified' THEN
		printf('only %.0f%% of what %s did could be classified by stacks.',
			coalesce(classified_percent, 0.0), workers_text)
	WHEN blocking_polls > 0 THEN
		printf('%s (%s, the longest %s) in %s of polling watched on %s over %s.',
			spans_text, blocking_text, longest_text, polling_text, workers_text,
			wall_text)
	WHEN idle THEN
		printf('no poll blocked for %s or more, but %s had next to nothing to do: polls '
			|| 'took %s of %s, while other threads ran for %s.',
			threshold_text, workers_text, polling_text, wall_text, others_text)
	ELSE printf('no poll blocked for %s or more in %s of polling watched on %s over %s.',
		threshold_text, polling_text, workers_text, wall_text)
	END || CASE WHEN saturated AND reason IS NOT 'pool' THEN ' Also, ' || pool_text || '.'
		ELSE '' END
	|| CASE WHEN main_warning AND reason IS NOT 'main' THEN ' Also, ' || main_text || '.'
		ELSE '' END
	|| CASE WHEN undecided THEN
			printf(' Not decided: %s on the CPU may be one long poll or many short '
				|| 'ones.', undecided_text)
		ELSE '' END
	|| CASE WHEN unclassified AND reason IN ('starved', 'blocking', 'pool', 'main') THEN
			printf(' There may be more: only %.0f%% of what %s did could be '
				|| 'classified.', coalesce(classified_percent, 0.0), workers_text)
		ELSE '' END
	|| CASE WHEN unseen_runtimes THEN
			printf(' Not in these figures: what %s computed in polls, whose state '
				|| 'could not be read.', CASE WHEN unseen_runtimes = 1
					THEN 'the runtime in ' || unseen_objects
					ELSE printf('%d runtimes (%s)', unseen_runtimes,
						replace(unseen_objects, ',', ', ')) END)
		ELSE '' END AS sentence,
	CASE
	WHEN reason = 'starved' AND limited THEN
		'Give the cgroup more CPU (cpu.max), or the runtime no more workers '
			|| '(worker_threads) than CPUs.'
	WHEN reason = 'starved' THEN shortage_step
	WHEN saturated THEN 'Give the blocking pool more threads (max_blocking_threads), or less '
		|| 'to do: what runs for long belongs on a thread of its own.'
	WHEN level = 'NOMINAL' AND idle AND 10 * others_cpu_ns >= chosen_ns THEN
		'What did run is in CPU HOTSPOTS: where a block_on is inlined and the program has '
			|| 'no debug information, its future looks like any other thread.'
	WHEN level = 'NOMINAL' AND in_library THEN 'If requests wait all the same, they wait at an '
		|| 'await; hud cannot show where, as the runtime is in a library.'
	WHEN level = 'NOMINAL' THEN 'If requests wait all the same, they wait at an await: '
		|| CASE WHEN EXISTS (SELECT 1 FROM task_dump AS d WHERE d.capture = w.capture)
			THEN 'there is a dump of tasks, and hud-analyze tasks shows where.'
			ELSE 'hud-record tasks PID -o - | hud-analyze tasks - shows where.' END
	END AS next_step,
	threshold_ns, duration_ns, workers, worker_wall_ns, polling_ns, blocking_polls, blocking_ns,
	longest_ns, longest_at_attach, stuck_workers, blocking_percent, run_queue_ns,
	longest_run_queue_ns, run_queue_percent,
	main_blocks, main_blocked_ns, main_longest_ns, main_blocked_percent,
	pool_tasks, pool_wait_ns, pool_full_ns, pool_full_percent,
	stolen_ns, quota_cpus, quota_periods, throttled_periods, throttled_ns,
	loss_percent, classified_percent, undecided_ns,
	workers = 0 OR unclassified AS unclassified, source, count_unit, population, timed_percent,
	followed_percent, truncated, command,
	(SELECT group_concat(name, ', ') FROM (
		SELECT DISTINCT coalesce(p.name, 'pid ' || p.pid) AS name
		FROM process AS p WHERE p.capture = w.capture ORDER BY name LIMIT 4)) AS processes
FROM worded AS w;
