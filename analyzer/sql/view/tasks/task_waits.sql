-- Where in the user's code does a task wait for something, and where does it hold something?
--
-- Also the future of a block_on, which no list of tasks has: its task_id is 0, tid its thread's.
-- One row per thing: a task in select! waits for several. The place is the innermost coroutine of
-- the user that the frame lies below of; waits_in what that awaits there; where no code of the user
-- is above it, what the task's outermost future awaits.
CREATE VIEW task_waits AS
WITH placed AS (
	SELECT f.*, t.process, t.task_id, CASE WHEN t.main THEN t.tid END AS tid, (
		SELECT p.id
		FROM task_frame AS p
		JOIN task_type AS y ON y.id = p.type
		WHERE p.dumped_task = f.dumped_task AND p.position < f.position
			AND p.kind = 'coroutine' AND y.origin = 'user'
			AND NOT EXISTS (SELECT 1 FROM task_frame AS g
				WHERE g.dumped_task = f.dumped_task AND g.position > p.position
					AND g.position <= f.position AND g.depth <= p.depth)
		ORDER BY p.position DESC
		LIMIT 1) AS place_frame
	FROM shown_future AS t
	CROSS JOIN task_frame AS f ON f.dumped_task = t.id
	WHERE f.kind IN ('wait', 'hold')
)
SELECT w.capture, w.dump, w.process, w.task_id, w.tid, w.dumped_task, w.id AS frame, w.kind, w.leaf,
	w.number, w.resource, w.permits, w.closed, y.name AS place, y.file AS place_file,
	y.line AS place_line, y.line_end AS place_line_end, (
		SELECT n.name
		FROM task_frame AS c
		JOIN task_type AS n ON n.id = c.type
		WHERE c.dumped_task = w.dumped_task AND c.position <= w.position
			AND c.parent = coalesce(w.place_frame, (SELECT o.id FROM task_frame AS o
				WHERE o.dumped_task = w.dumped_task AND o.position = 0))
		ORDER BY c.position DESC
		LIMIT 1) AS waits_in
FROM placed AS w
LEFT JOIN task_frame AS p ON p.id = w.place_frame
LEFT JOIN task_type AS y ON y.id = p.type;
