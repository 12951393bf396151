-- Which task waits for which other one: for its end, or for what it holds?
--
-- waiter, other: ids of tasks; of the future of a block_on the negative of its thread's tid.
-- `certain`: it waits for nothing else, and the other one is the only task that has a guard of it.
CREATE VIEW task_waits_for AS
WITH wait AS MATERIALIZED (
	SELECT capture, dump, process, coalesce(-tid, task_id) AS waiter, leaf, number, resource,
		place, place_file, place_line, place_line_end,
		count(*) OVER (PARTITION BY dumped_task) AS waits
	FROM task_waits
	WHERE kind = 'wait'
), held AS MATERIALIZED (
	SELECT DISTINCT f.capture, f.dump, t.process, iif(t.main, -t.tid, t.task_id) AS holder,
		f.resource, f.permits
	FROM shown_future AS t
	CROSS JOIN task_frame AS f ON f.dumped_task = t.id
	WHERE f.leaf = 'guard' AND f.resource IS NOT NULL
), holders AS MATERIALIZED (
	SELECT capture, dump, process, resource, count(DISTINCT holder) AS holders
	FROM held
	GROUP BY capture, dump, process, resource
)
SELECT capture, dump, process, waiter, number AS other, 'join' AS how, NULL AS resource,
	waits = 1 AS certain, place, place_file, place_line, place_line_end
FROM wait
WHERE leaf = 'join' AND number > 0
UNION ALL
SELECT w.capture, w.dump, w.process, w.waiter, h.holder, 'resource', w.resource,
	w.waits = 1 AND n.holders = 1, w.place, w.place_file, w.place_line,
	w.place_line_end
FROM wait AS w
JOIN held AS h ON h.capture = w.capture AND h.dump = w.dump AND h.process = w.process
	AND h.resource = w.resource AND h.holder <> w.waiter
JOIN holders AS n ON n.capture = w.capture AND n.dump = w.dump AND n.process = w.process
	AND n.resource = w.resource
WHERE w.leaf = 'acquire' AND n.holders <= 16 AND (h.permits IS NULL OR h.permits < w.number);
