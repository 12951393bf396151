-- What do tasks wait for, who waits, who holds it, and how many permits are free?
--
-- A semaphore is also what is under Mutex, RwLock and bounded channels. Holders are tasks with a
-- guard of it: a guard that was dropped may leave its traces, so with several of a Mutex it is one
-- of them, and where no task has one it is held outside of tasks, or was forgotten.
CREATE VIEW task_resources AS
WITH seen AS MATERIALIZED (
	SELECT f.capture, f.dump, t.process, f.resource, f.kind, f.leaf, f.dumped_task, t.task_id,
		f.permits, f.closed
	FROM task_frame AS f
	JOIN dumped_task AS t ON t.id = f.dumped_task
	WHERE f.resource IS NOT NULL AND f.leaf <> 'join'
), summed AS (
	SELECT capture, dump, process, resource,
		max(CASE WHEN kind = 'wait' THEN leaf END) AS leaf,
		min(permits) AS free_permits, max(closed) AS closed,
		count(DISTINCT CASE WHEN kind = 'wait' THEN dumped_task END) AS waiters,
		count(DISTINCT CASE WHEN leaf = 'guard' THEN dumped_task END) AS holders,
		min(CASE WHEN kind = 'wait' THEN dumped_task END) AS first_waiter,
		min(CASE WHEN leaf = 'guard' THEN dumped_task END) AS first_holder
	FROM seen
	GROUP BY capture, dump, process, resource
)
SELECT s.capture, s.dump, s.process, s.resource,
	row_number() OVER (PARTITION BY s.capture, s.dump ORDER BY s.waiters DESC, s.resource)
		AS number,
	s.leaf, s.free_permits, s.closed, s.waiters, s.holders, w.waits_in,
	h.task_id AS holder, h.task AS holder_task, h.place AS holder_place,
	h.place_file AS holder_file, h.place_line AS holder_line, h.waits_in AS holder_waits_in
FROM summed AS s
LEFT JOIN dumped_tasks AS w ON w.dumped_task = s.first_waiter
LEFT JOIN dumped_tasks AS h ON h.dumped_task = s.first_holder;
