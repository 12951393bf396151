-- How many tasks wait for each thing that is shared, and how many hold it?
--
-- The future of a block_on counts as one. number: of the thing in its dump, that with the most
-- waiters first. first_wait, first_hold: the frames of one task that waits for it, and of one that
-- has a guard of it: if there is one, that did not drop it before its await
-- (task_type.drops_guard). woken: of the waiters, and one of them: it may have been given what it
-- waits for, and was not polled since.
CREATE VIEW resource_waiters AS
SELECT capture, dump, process, resource, leaf, free_permits, closed, waiters, holders, first_wait,
	first_hold, woken, woken_task, row_number() OVER (PARTITION BY capture, dump
		ORDER BY waiters DESC, resource) AS number
FROM (
	SELECT t.capture, t.dump, t.process, f.resource,
		max(CASE WHEN f.kind = 'wait' THEN f.leaf END) AS leaf,
		min(f.permits) AS free_permits, max(f.closed) AS closed,
		count(DISTINCT CASE WHEN f.kind = 'wait' THEN t.id END) AS waiters,
		count(DISTINCT CASE WHEN f.leaf = 'guard' THEN t.id END) AS holders,
		min(CASE WHEN f.kind = 'wait' THEN f.id END) AS first_wait,
		count(DISTINCT CASE WHEN f.kind = 'wait' AND t.woken THEN t.id END) AS woken,
		min(CASE WHEN f.kind = 'wait' AND t.woken THEN t.task_id END) AS woken_task,
		coalesce(min(CASE WHEN f.leaf = 'guard' AND NOT coalesce(y.drops_guard, 0)
				THEN f.id END),
			min(CASE WHEN f.leaf = 'guard' THEN f.id END)) AS first_hold
	FROM shown_future AS t
	CROSS JOIN task_frame AS f ON f.dumped_task = t.id
	LEFT JOIN task_frame AS k ON k.id = f.parent
	LEFT JOIN task_type AS y ON y.id = k.type
	WHERE f.kind IN ('wait', 'hold') AND f.resource IS NOT NULL AND f.leaf <> 'join'
	GROUP BY t.capture, t.dump, t.process, f.resource);
