-- What was recorded on each side?
SELECT side, count(*) AS captures, sum(duration_ns) AS duration_ns,
	sum(worker_wall_ns) AS worker_wall_ns, sum(polling_ns) AS polling_ns,
	min(workers) AS workers_least, max(workers) AS workers_most,
	max(loss_percent) AS loss_percent, max(stacks_lost_percent) AS stacks_lost_percent,
	max(stacks_lost_percent) > (SELECT lost_percent_max FROM constant) AS stacks_lossy,
	max(threshold_ns) AS threshold_ns, max(truncated) AS truncated, sum(windows) AS windows,
	(SELECT group_concat(file, ', ') FROM (
		SELECT DISTINCT coalesce(file, 'standard input') AS file
		FROM compared AS f WHERE f.side = c.side ORDER BY f.id)) AS files
FROM compared AS c
GROUP BY side
ORDER BY side;
