-- Why is too little known of the side after? The first reason that holds; no row: enough is.
WITH after_side AS (
	SELECT min(workers) AS workers, max(unclassified) AS unclassified,
		min(classified_percent) AS classified_percent,
		max(CASE WHEN source <> 'stack' AND 100.0 * undecided_ns
				>= (SELECT warning_percent FROM constant) * worker_wall_ns
			THEN undecided_ns ELSE 0 END) AS undecided_ns,
		max(loss_percent) AS loss_percent,
		sum(duration_ns) AS duration_ns, sum(polling_ns) AS polling_ns,
		(SELECT sentence FROM compared WHERE side = 1 AND workers = 0 ORDER BY id LIMIT 1)
			AS sentence
	FROM compared
	WHERE side = 1
)
SELECT reason, sentence
FROM (
	SELECT 1 AS rank, 'source' AS reason, sentence FROM after_side WHERE workers = 0
	UNION ALL
	SELECT 2, 'source', printf('only %.0f%% of what the workers did could be classified by '
		|| 'stacks', classified_percent)
	FROM after_side WHERE unclassified
	UNION ALL
	SELECT 3, 'unproven', printf('%.2f s on the CPU may be one long poll or many short ones',
		undecided_ns / 1e9)
	FROM after_side WHERE undecided_ns > 0
	UNION ALL
	SELECT 4, 'loss', printf('%.1f%% of what happened was lost', loss_percent)
	FROM after_side WHERE loss_percent > (SELECT lost_percent_max FROM constant)
	UNION ALL
	SELECT 5, 'short', printf('only %.2f s were recorded: at least %g s is needed',
		duration_ns / 1e9, check_least_ns / 1e9)
	FROM after_side, constant WHERE duration_ns < check_least_ns
	UNION ALL
	SELECT 6, 'idle', printf('only %.0f ms of polling were recorded, less than the %.0f ms of '
		|| '--min-busy', polling_ns / 1e6, :min_busy / 1e6)
	FROM after_side WHERE polling_ns < :min_busy
)
ORDER BY rank
LIMIT 1;
