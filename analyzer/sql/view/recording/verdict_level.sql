-- Is the runtime healthy, and for what reason?
--
-- WARNING, CAUTION: by the share of the workers' time in blocking polls, or by the longest of them.
-- Where a process has several multi_thread runtimes, by the share of the one blocked the most.
-- WARNING also where no worker of a runtime runs any more (view stuck_runtime); HUNG where none can
-- run again.
-- STARVED: the workers were ready to run and waited for a CPU, for starved_percent of that time and
-- starved_wall_percent of all, or for longer than they ran and starved_least_percent; and for
-- longer than polls blocked them.
-- SATURATED: a blocking pool had no thread left while tasks waited for one, for warning_percent of
-- the time, or one of them for warning_longest_ns.
-- The main future, which blocks no worker, makes it WARNING or CAUTION by the same limits; CAUTION
-- where it is in one wait all the time, which may be meant, and where runs of samples alone speak
-- for it: many short polls of it look the same.
-- CANNOT TELL: no worker, too much was lost, or too little could be classified. The limits are in
-- the view constant. What lost its stack only was seen: it is not lost, but may be unclassified.
CREATE VIEW verdict_level AS
WITH compared AS (
	SELECT f.*,
		coalesce(max(f.blocking_percent, coalesce(f.worst_percent, 0))
				>= k.warning_percent, 0)
			OR f.longest_ns >= k.warning_longest_ns AS warning,
		coalesce(max(f.blocking_percent, coalesce(f.worst_percent, 0))
			>= k.caution_percent, 0) AS caution,
		coalesce(f.run_queue_percent >= k.starved_wall_percent, 0)
			AND 100 * f.run_queue_ns >= k.starved_percent * (f.run_queue_ns + f.cpu_ns)
			AS short_of_cpu,
		coalesce(f.run_queue_percent >= k.starved_least_percent, 0)
			AND f.run_queue_ns > f.cpu_ns
			AND f.longest_run_queue_ns >= f.threshold_ns AS kept_from_cpu,
		coalesce(f.run_queue_percent >= k.queued_percent, 0) OR (f.throttled_periods > 0
			AND f.longest_run_queue_ns >= f.threshold_ns) AS queued,
		f.run_queue_ns > f.blocking_in_all_ns
			AND 100 * f.run_queue_ns >= k.starved_least_percent * f.chosen_ns
			AS queued_most,
		(100.0 * f.main_certain_ns >= k.warning_percent * f.chosen_ns
			OR f.main_longest_certain_ns >= k.warning_longest_ns)
			AND NOT f.main_all_the_time AS main_warning,
		f.main_blocked_percent >= k.caution_percent AS main_caution,
		coalesce(f.pool_full_ns > 0 AND (f.pool_full_percent >= k.warning_percent
			OR f.full_pool_wait_ns >= k.warning_longest_ns), 0) AS saturated,
		f.loss_percent > k.lost_percent_max AS lossy,
		coalesce(f.classified_percent, 0) < k.classified_percent_min AS unclassified,
		100.0 * f.polling_ns < k.idle_percent * f.worker_wall_ns AS idle,
		/* Beside the waits of the runtimes that are stuck. */
		f.others_at_end > 0 AND 100.0 * (f.blocking_ns - f.stuck_all_ns)
			>= k.caution_percent * f.worker_wall_ns AS blocking_also,
		coalesce(100.0 * f.undecided_ns >= k.warning_percent * f.worker_wall_ns, 0)
			AND f.undecided_ns > 0 AS undecided,
		/* What it held back is known by CPU: all workers may have waited for it. */
		f.throttled_periods > 0
			AND 2 * f.throttled_ns * f.workers >= f.run_queue_ns AS limit_explains,
		/* One that is used up is a limit, whoever else takes the CPUs meanwhile. */
		f.throttled_periods > 0 AND (2 * f.throttled_periods >= f.quota_periods
			OR 2 * f.throttled_ns * f.workers >= f.run_queue_ns) AS limited
	FROM verdict_figures AS f
	JOIN constant AS k
), reasoned AS (
	SELECT *,
		CASE
		WHEN stuck_workers THEN 'stuck'
		WHEN (short_of_cpu OR kept_from_cpu) AND queued_most
			AND NOT (saturated AND NOT short_of_cpu AND run_queue_ns < pool_full_ns)
			AND NOT (main_warning AND NOT short_of_cpu
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
)
SELECT *,
	CASE
	WHEN reason = 'stuck' AND stuck_hopeless THEN 'HUNG'
	WHEN reason = 'stuck' THEN 'WARNING'
	WHEN reason = 'starved' THEN 'STARVED'
	WHEN warning THEN 'WARNING'
	WHEN saturated THEN 'SATURATED'
	WHEN main_warning THEN 'WARNING'
	WHEN caution OR main_caution THEN 'CAUTION'
	WHEN reason IS NOT NULL THEN 'CANNOT TELL'
	ELSE 'NOMINAL'
	END AS level,
	reason IS NOT 'starved' AND (queued OR (reason IS NULL AND (short_of_cpu OR kept_from_cpu)))
		AS queued_also
FROM explained;
