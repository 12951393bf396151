-- What do tasks wait for, who waits, who holds it, and how many permits are free?
--
-- A semaphore is also what is under Mutex, RwLock and bounded channels. Holders are tasks with a
-- guard of it: a guard that was dropped may leave its traces, so with several of a Mutex it is one
-- of them, and where no task has one it is held outside of tasks, or was forgotten.
-- waits_in, waits_file and waits_line: of all waiters; NULL: they differ. channel: it is for room
-- in a channel, which nobody holds. polled: tasks that a thread polled just then: what those hold
-- is not seen.
CREATE VIEW task_resources AS
WITH seen AS MATERIALIZED (
	SELECT *, kind = 'wait' AS waits, coalesce(leaf = 'guard', 0) AS guards,
		place_file || ':' || place_line AS at
	FROM task_waits
	WHERE resource IS NOT NULL AND leaf <> 'join'
), summed AS (
	SELECT capture, dump, process, resource,
		max(CASE WHEN waits THEN leaf END) AS leaf,
		min(permits) AS free_permits, max(closed) AS closed,
		count(DISTINCT CASE WHEN waits THEN dumped_task END) AS waiters,
		count(DISTINCT CASE WHEN guards THEN dumped_task END) AS holders,
		min(CASE WHEN waits THEN frame END) AS first_wait,
		min(CASE WHEN guards THEN frame END) AS first_hold,
		count(DISTINCT CASE WHEN waits THEN coalesce(waits_in, '') END) = 1 AS one_function,
		count(DISTINCT CASE WHEN waits THEN coalesce(at, '') END) = 1 AS one_place
	FROM seen
	GROUP BY capture, dump, process, resource
)
SELECT s.capture, s.dump, s.process, s.resource,
	row_number() OVER (PARTITION BY s.capture, s.dump ORDER BY s.waiters DESC, s.resource)
		AS number,
	s.leaf, s.free_permits, s.closed, s.waiters, s.holders,
	CASE WHEN s.one_function THEN w.waits_in END AS waits_in,
	CASE WHEN s.one_place THEN w.place_file END AS waits_file,
	CASE WHEN s.one_place THEN w.place_line END AS waits_line,
	CASE WHEN s.one_place THEN w.place_line_end END AS waits_line_end,
	h.task_id AS holder, n.task AS holder_task, h.place AS holder_place,
	h.place_file AS holder_file, h.place_line AS holder_line,
	h.place_line_end AS holder_line_end,
	t.waits_in AS holder_waits_in,
	EXISTS (SELECT 1 FROM task_frame AS f
		JOIN task_frame AS p ON p.id = f.parent
		JOIN task_type AS y ON y.id = p.type
		JOIN channel_send AS c ON y.name GLOB c.future
		WHERE f.id = s.first_wait) AS channel,
	(SELECT count(*) FROM dumped_task AS d
		WHERE d.capture = s.capture AND d.dump = s.dump AND d.process = s.process
			AND d.outcome = 'polling') AS polled
FROM summed AS s
LEFT JOIN seen AS w ON w.frame = s.first_wait
LEFT JOIN seen AS h ON h.frame = s.first_hold
LEFT JOIN task_names AS n ON n.dumped_task = h.dumped_task
LEFT JOIN dumped_tasks AS t ON t.dumped_task = h.dumped_task;
