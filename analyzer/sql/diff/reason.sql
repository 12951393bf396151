-- Why can these captures not be compared? No row: they can be.
WITH all_of AS (
	SELECT min(threshold_ns) AS threshold_least, max(threshold_ns) AS threshold_most,
		min(coalesce(source, '')) AS source_first, max(coalesce(source, '')) AS source_last,
		min(coalesce(sample_hz, 0)) AS sample_least,
		max(coalesce(sample_hz, 0)) AS sample_most,
		min(workers) AS workers, max(unclassified) AS unclassified,
		max(loss_percent) AS loss_percent,
		(SELECT min(windows) FROM (SELECT sum(windows) AS windows
			FROM compared GROUP BY side)) AS windows
	FROM compared
)
SELECT 'threshold' AS reason, printf('recorded with different thresholds, %g ms and %g ms',
		threshold_least / 1e6, threshold_most / 1e6) AS sentence
FROM all_of WHERE threshold_least <> threshold_most
UNION ALL
SELECT 'source', printf('polls and parks were distinguished in different ways, by %s and by %s',
		source_first, source_last)
FROM all_of WHERE source_first <> source_last
UNION ALL
SELECT 'frequency', printf('recorded with different sample frequencies, %d Hz and %d Hz',
		sample_least, sample_most)
FROM all_of WHERE sample_least <> sample_most
UNION ALL
SELECT 'no-worker', 'in one of them no thread was known to be a worker'
FROM all_of WHERE workers = 0
UNION ALL
SELECT 'unclassified', 'in one of them most of what the workers did could not be classified'
FROM all_of WHERE unclassified AND workers > 0
UNION ALL
SELECT 'loss', printf('%.1f%% of one of them was lost', loss_percent)
FROM all_of WHERE loss_percent > (SELECT lost_percent_max FROM constant)
UNION ALL
SELECT 'short', printf('only %d s were recorded on one side: at least %d are needed',
		windows, :least_windows)
FROM all_of WHERE windows < :least_windows
LIMIT 1;
