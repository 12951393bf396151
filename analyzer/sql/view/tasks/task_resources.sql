-- What do tasks wait for, who waits, who holds it, and how many permits are free?
--
-- A semaphore is also what is under Mutex, RwLock and bounded channels. Holders are tasks with a
-- guard of it: one that was dropped before the await may leave its traces, so with several of a
-- Mutex it is one of them, and where no task has one it is held outside of tasks, or was forgotten.
-- holder_drops_guard: it may have, before it waits.
-- waits_in, waits_file and waits_line: of all waiters; NULL: they differ. channel: it is for room
-- in a channel, which nobody holds. polled: tasks that a thread polled just then: what those hold
-- is not seen. woken: waiters, and one of them, that were woken and not polled since: Tokio gives a
-- lock that is given back to the one that waited longest.
CREATE VIEW task_resources AS
WITH seen AS MATERIALIZED (
	SELECT *, kind = 'wait' AS waits, place_file || ':' || place_line AS at
	FROM task_waits
	WHERE resource IS NOT NULL AND leaf <> 'join'
), placed AS MATERIALIZED (
	SELECT capture, dump, process, resource,
		count(DISTINCT CASE WHEN waits THEN coalesce(waits_in, '') END) = 1 AS one_function,
		count(DISTINCT CASE WHEN waits THEN coalesce(at, '') END) = 1 AS one_place
	FROM seen
	GROUP BY capture, dump, process, resource
), polled AS MATERIALIZED (
	SELECT capture, dump, process, count(*) AS tasks
	FROM shown_task
	WHERE outcome = 'polling'
	GROUP BY capture, dump, process
)
SELECT s.capture, s.dump, s.process, s.resource, s.number, s.leaf, s.free_permits, s.closed,
	s.waiters, s.holders,
	CASE WHEN l.one_function THEN w.waits_in END AS waits_in,
	CASE WHEN l.one_place THEN w.place_file END AS waits_file,
	CASE WHEN l.one_place THEN w.place_line END AS waits_line,
	CASE WHEN l.one_place THEN w.place_line_end END AS waits_line_end,
	h.task_id AS holder, h.tid AS holder_tid,
	coalesce((SELECT n.task FROM task_names AS n WHERE n.dumped_task = h.dumped_task),
		(SELECT f.name FROM await_frames AS f
			WHERE f.dumped_task = h.dumped_task AND f.position = 0)) AS holder_task,
	h.place AS holder_place,
	h.place_file AS holder_file, h.place_line AS holder_line,
	h.place_line_end AS holder_line_end,
	(SELECT y.drops_guard FROM task_frame AS f
		JOIN task_frame AS k ON k.id = f.parent
		JOIN task_type AS y ON y.id = k.type
		WHERE f.id = s.first_hold) AS holder_drops_guard,
	(SELECT t.waits_in FROM dumped_tasks AS t WHERE t.dumped_task = h.dumped_task)
		AS holder_waits_in,
	EXISTS (SELECT 1 FROM task_frame AS f
		JOIN task_frame AS p ON p.id = f.parent
		JOIN task_type AS y ON y.id = p.type
		JOIN channel_send AS c ON y.name GLOB c.future
		WHERE f.id = s.first_wait) AS channel,
	coalesce(p.tasks, 0) AS polled, s.woken, s.woken_task
FROM resource_waiters AS s
JOIN placed AS l ON l.capture = s.capture AND l.dump = s.dump AND l.process = s.process
	AND l.resource = s.resource
LEFT JOIN seen AS w ON w.frame = s.first_wait
LEFT JOIN seen AS h ON h.frame = s.first_hold
LEFT JOIN polled AS p ON p.capture = s.capture AND p.dump = s.dump AND p.process = s.process;
