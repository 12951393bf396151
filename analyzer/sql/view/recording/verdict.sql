-- Is the runtime healthy? The verdict, its reason, and the numbers it follows from.
--
-- NOMINAL says so where the workers polled for less than idle_percent of their time: they blocked
-- nothing, but had little to do. next_step: what to do, where no site has the advice.
CREATE VIEW verdict AS
WITH worded AS (
	SELECT *,
		CASE WHEN at_most THEN 'up to ' ELSE '' END
			|| CASE WHEN blocking_ns >= 1000000000
				THEN printf('%.2f s', blocking_ns / 1e9)
			ELSE printf('%.1f ms', blocking_ns / 1e6) END AS blocking_text,
		CASE WHEN worker_wall_ns >= 1000000000 THEN printf('%.1f s', worker_wall_ns / 1e9)
			ELSE printf('%.1f ms', worker_wall_ns / 1e6) END AS wall_text,
		CASE WHEN polling_ns >= 1000000000 THEN printf('%.2f s', polling_ns / 1e9)
			ELSE printf('%.1f ms', polling_ns / 1e6) END AS polling_text,
		CASE WHEN undecided_ns >= 1000000000 THEN printf('%.2f s', undecided_ns / 1e9)
			ELSE printf('%.1f ms', undecided_ns / 1e6) END AS undecided_text,
		CASE WHEN others_cpu_ns >= 1000000000 THEN printf('%.2f s', others_cpu_ns / 1e9)
			ELSE printf('%.1f ms', others_cpu_ns / 1e6) END AS others_text,
		CASE WHEN longest_at_most THEN 'up to ' ELSE '' END
			|| CASE WHEN longest_ns >= 1000000000
				THEN printf('%.2f s', longest_ns / 1e9)
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
			printf('the main future blocked for %s%s of %.2f s (%.1f%%), %d time%s, '
				|| 'the longest %s%.1f ms',
				CASE WHEN main_at_most THEN 'up to ' ELSE '' END,
				CASE WHEN main_blocked_ns >= 1000000000
					THEN printf('%.2f s', main_blocked_ns / 1e9)
					ELSE printf('%.1f ms', main_blocked_ns / 1e6) END,
				chosen_ns / 1e9, main_blocked_percent, main_blocks,
				CASE WHEN main_blocks = 1 THEN '' ELSE 's' END,
				CASE WHEN main_longest_ns > main_longest_certain_ns
					THEN 'up to ' ELSE '' END,
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
	FROM verdict_level
), phrased AS (
	SELECT *,
		printf('%s waited for a CPU for %s of %s %s (%.1f%%), %s: %s', workers_text,
			run_queue_text, whose, wall_text, run_queue_percent, longest_run_queue_text,
			coalesce(limit_text || ', and ' || busy_text, limit_text, busy_text))
			AS queued_text
	FROM worded
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
		queued_text || CASE WHEN blocking_polls > 0
			THEN '; ' || spans_text || ' took ' || blocking_text || ', the longest '
				|| longest_text
			ELSE '' END || '.'
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
		printf('no poll blocked for %s or more, but %s had next to nothing to do: %s, '
			|| 'while other threads ran for %s.', threshold_text, workers_text,
			CASE WHEN polling_ns > 0
				THEN printf('polls took %s of %s', polling_text, wall_text)
				ELSE printf('no sample fell into a poll in %s', wall_text) END,
			others_text)
	ELSE printf('no poll blocked for %s or more in %s of polling watched on %s over %s.',
		threshold_text, polling_text, workers_text, wall_text)
	END || CASE WHEN reason = 'stuck' AND blocking_also
		THEN printf(' Also, %s took %s, these waits included.', spans_text, blocking_text)
		ELSE '' END
	|| CASE WHEN saturated AND reason IS NOT 'pool' THEN ' Also, ' || pool_text || '.'
		ELSE '' END
	|| CASE WHEN (main_warning OR main_caution) AND reason IS NOT 'main'
		THEN ' Also, ' || main_text || '.' ELSE '' END
	|| CASE WHEN queued_also THEN ' Also, ' || queued_text || '.' ELSE '' END
	|| CASE WHEN lossy AND reason IN ('stuck', 'starved', 'blocking', 'pool', 'main') THEN
			printf(' There may be more: %.1f%% of what happened was lost.',
				loss_percent)
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
		ELSE '' END
	|| CASE WHEN workless_processes THEN
			printf(' Not in these figures: %s, of which no worker is known.',
				replace(workless_names, ',', ', '))
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
FROM phrased AS w;
