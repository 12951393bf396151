-- Why can these captures not be compared? The first reason that holds; no row: they can be.
WITH all_of AS (
	SELECT count(DISTINCT threshold_ns) AS thresholds,
		count(DISTINCT coalesce(source, '')) AS sources,
		count(DISTINCT coalesce(sample_hz, 0)) AS frequencies,
		min(workers) AS workers, max(unclassified) AS unclassified,
		max(loss_percent) AS loss_percent,
		(SELECT min(windows) FROM (SELECT sum(windows) AS windows
			FROM compared GROUP BY side)) AS windows
	FROM compared
), side_of AS (
	SELECT side, group_concat(DISTINCT printf('%g ms', threshold_ns / 1e6)) AS thresholds,
		group_concat(DISTINCT coalesce(source, 'nothing')) AS sources,
		group_concat(DISTINCT printf('%d Hz', sample_hz)) AS frequencies
	FROM compared GROUP BY side
)
SELECT reason, sentence
FROM (
	SELECT 1 AS rank, 'same' AS reason,
		printf('the capture %s is on both sides', b.capture_id) AS sentence
	FROM compared AS b
	JOIN compared AS a ON a.side = 1 AND a.capture_id = b.capture_id
	WHERE b.side = 0
	UNION ALL
	SELECT 2, 'threshold', printf('recorded with different thresholds, %s before and %s after: '
			|| 'record both with the same --threshold', b.thresholds, a.thresholds)
	FROM all_of AS l JOIN side_of AS b ON b.side = 0 JOIN side_of AS a ON a.side = 1
	WHERE l.thresholds > 1
	UNION ALL
	SELECT 3, 'source', printf('polls and parks were distinguished in different ways, by %s '
			|| 'before and by %s after', b.sources, a.sources)
	FROM all_of AS l JOIN side_of AS b ON b.side = 0 JOIN side_of AS a ON a.side = 1
	WHERE l.sources > 1
	UNION ALL
	SELECT 4, 'frequency', printf('recorded with different sample frequencies, %s before and '
			|| '%s after: record both with the same --freq', b.frequencies,
			a.frequencies)
	FROM all_of AS l JOIN side_of AS b ON b.side = 0 JOIN side_of AS a ON a.side = 1
	WHERE l.frequencies > 1
	UNION ALL
	SELECT 5, 'no-worker', 'in one of them no thread was known to be a worker'
	FROM all_of WHERE workers = 0
	UNION ALL
	SELECT 6, 'unclassified',
		'in one of them most of what the workers did could not be classified'
	FROM all_of WHERE unclassified AND workers > 0
	UNION ALL
	SELECT 7, 'loss', printf('%.1f%% of one of them was lost', loss_percent)
	FROM all_of WHERE loss_percent > (SELECT lost_percent_max FROM constant)
	UNION ALL
	SELECT 8, 'short', printf('only %d s were recorded on one side: at least %d are needed',
			windows, :least_windows)
	FROM all_of WHERE windows < :least_windows
)
ORDER BY rank
LIMIT 1;
