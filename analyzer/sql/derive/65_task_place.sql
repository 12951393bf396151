-- Where in the user's code does each task of a dump wait, and for what?
--
-- Many views ask it of every task. While a recording goes on this runs after each part of it: for
-- dumps that are whole, and tasks whose types have their names, which come at its end.
INSERT INTO task_place (dumped_task, capture, place, waits, wait)
WITH found AS (
	SELECT t.id, t.capture, (
		SELECT f.position
		FROM task_frame AS f
		JOIN task_type AS y ON y.id = f.type
		WHERE f.dumped_task = t.id AND f.kind = 'coroutine' AND y.origin = 'user'
			AND NOT EXISTS (SELECT 1 FROM task_frame AS g
				WHERE g.dumped_task = t.id AND g.position > f.position
					AND g.depth <= f.depth AND g.kind <> 'hold')
			AND NOT EXISTS (SELECT 1 FROM task_frame AS g
				WHERE g.dumped_task = t.id AND g.position < f.position
					AND g.kind IN ('wait', 'dyn'))
		ORDER BY f.position DESC
		LIMIT 1) AS place, (
		SELECT f.position
		FROM task_frame AS f
		JOIN task_type AS y ON y.id = f.type
		WHERE f.dumped_task = t.id AND f.kind = 'coroutine' AND y.origin = 'user'
			AND NOT EXISTS (SELECT 1 FROM task_frame AS o
				JOIN task_type AS b ON b.id = o.type
				WHERE o.dumped_task = t.id AND o.kind = 'coroutine'
					AND b.origin = 'user' AND (o.position > f.position
						OR EXISTS (SELECT 1 FROM task_frame AS g
							WHERE g.dumped_task = t.id
								AND g.position > o.position
								AND g.position <= f.position
								AND g.depth <= o.depth)))
		) AS only_place, (
		SELECT count(*)
		FROM task_frame AS f
		WHERE f.dumped_task = t.id AND f.kind = 'wait') AS waits, (
		SELECT min(f.position)
		FROM task_frame AS f
		WHERE f.dumped_task = t.id AND f.kind = 'wait') AS first_wait
	FROM task_dump AS d
	CROSS JOIN dumped_future AS t ON t.capture = d.capture AND t.process = d.process
		AND t.dump = d.dump
	WHERE d.capture = :capture AND NOT t.main
		AND NOT EXISTS (SELECT 1 FROM task_place AS p WHERE p.dumped_task = t.id)
		AND EXISTS (SELECT 1 FROM task_frame AS f JOIN task_type AS y ON y.id = f.type
			WHERE f.dumped_task = t.id)
)
SELECT f.id, f.capture, p.id, f.waits, w.id
FROM found AS f
LEFT JOIN task_frame AS p ON p.dumped_task = f.id
	AND p.position = coalesce(f.place, f.only_place)
LEFT JOIN task_frame AS w ON w.dumped_task = f.id AND f.waits = 1 AND w.position = f.first_wait;
