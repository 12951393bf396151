-- Which task waits for which other one, or for itself: for its end, or for what it holds?
--
-- waiter, other: ids of tasks; of the future of a block_on the negative of its thread's tid.
-- `certain`: it awaits nothing else, of what is known and of what is not: all that leads there are
-- async functions and blocks, each of which awaits one thing. And the other one is the only task
-- that has a guard of it, which it did not drop before the await: such a one looks as if it were
-- there (task_type.drops_guard). Of a semaphore others may have permits that are not seen. Nor is
-- it certain of two readers of a RwLock: the second one waits behind somebody who wants to write,
-- and goes on if that one gives up. What a task has itself is only what it waits for where no other
-- one has a guard, or is polled and may have it.
CREATE VIEW task_waits_for AS
WITH wait AS MATERIALIZED (
	SELECT capture, dump, process, coalesce(-tid, task_id) AS waiter, leaf, number, resource,
		place, place_file, place_line, place_line_end,
		count(*) OVER (PARTITION BY dumped_task) = 1
			AND NOT EXISTS (SELECT 1 FROM task_frame AS f
				WHERE f.dumped_task = w.dumped_task AND f.kind IN ('future', 'dyn')
					AND f.position < (SELECT g.position FROM task_frame AS g
						WHERE g.id = w.frame)) AS alone
	FROM task_waits AS w
	WHERE kind = 'wait'
), held AS MATERIALIZED (
	SELECT f.capture, f.dump, t.process, iif(t.main, -t.tid, t.task_id) AS holder, f.resource,
		min(f.permits) AS permits, min(y.name LIKE '%SemaphorePermit%'
			OR coalesce(b.drops_guard, 0)) AS unsure,
		min(coalesce(y.name LIKE '%RwLockReadGuard%', 0)) AS reads
	FROM shown_future AS t
	CROSS JOIN task_frame AS f ON f.dumped_task = t.id
	JOIN task_type AS y ON y.id = f.type
	LEFT JOIN task_frame AS k ON k.id = f.parent
	LEFT JOIN task_type AS b ON b.id = k.type
	WHERE f.leaf = 'guard' AND f.resource IS NOT NULL
	GROUP BY t.id, f.resource
), holders AS MATERIALIZED (
	SELECT capture, dump, process, resource, count(DISTINCT holder) AS holders
	FROM held
	GROUP BY capture, dump, process, resource
)
SELECT capture, dump, process, waiter, number AS other, 'join' AS how, NULL AS resource,
	alone AS certain, place, place_file, place_line, place_line_end
FROM wait
WHERE leaf = 'join' AND number > 0
UNION ALL
SELECT w.capture, w.dump, w.process, w.waiter, h.holder, 'resource', w.resource,
	w.alone AND n.holders = 1 AND NOT h.unsure AND h.holder <> w.waiter
		AND NOT (h.reads AND w.number = 1),
	w.place, w.place_file, w.place_line, w.place_line_end
FROM wait AS w
JOIN held AS h ON h.capture = w.capture AND h.dump = w.dump AND h.process = w.process
	AND h.resource = w.resource
JOIN holders AS n ON n.capture = w.capture AND n.dump = w.dump AND n.process = w.process
	AND n.resource = w.resource
WHERE w.leaf = 'acquire' AND n.holders <= 64 AND (h.permits IS NULL OR h.permits < w.number)
	AND (h.holder <> w.waiter OR (w.alone AND n.holders = 1 AND NOT EXISTS (
		SELECT 1 FROM shown_task AS u
		WHERE u.process = w.process AND u.dump = w.dump AND u.outcome <> 'read')));
