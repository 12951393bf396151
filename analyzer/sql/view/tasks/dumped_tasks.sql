-- Which tasks were there, in which state, and where does each of them wait?
--
-- The place is the innermost await in the user's own code that all it waits for lies below of;
-- where there is none, that of the only chain of awaits with code of the user: a server's library
-- waits for the socket beside it. `waits_in` is the function that is awaited there. Both NULL: what
-- it waits for could not be read (see outcome), or is not known. task is its outermost future,
-- where that is known. leaf, deadline_ns, joined_task and resource are of the only thing that it
-- waits for; where it waits for several (select!, join!), they are NULL.
CREATE VIEW dumped_tasks AS
SELECT t.capture, t.dump, t.process, t.id AS dumped_task, t.task_id, r.scheduler,
	m.task,
	t.outcome, t.finished, t.woken, t.cancelled, t.tid, t.state, t.chain,
	coalesce(l.waits, 0) AS waits,
	y.name AS place, y.file AS place_file, y.line AS place_line, y.line_end AS place_line_end,
	coalesce(a.name, w.name) AS waits_in, wf.leaf,
	CASE WHEN o.kind = 'coroutine' THEN o.started END AS started,
	CASE WHEN wf.leaf = 'sleep' THEN wf.number END AS deadline_ns,
	CASE WHEN wf.leaf = 'join' AND wf.number > 0 THEN wf.number END AS joined_task,
	(SELECT CASE WHEN min(f.number) = max(f.number) THEN min(f.number) END
		FROM task_frame AS f
		WHERE f.dumped_task = t.id AND f.leaf = 'fd' AND wf.leaf IN ('ready', 'fd')
			AND f.number < 4294967295) AS fd,
	wf.resource
FROM shown_task AS t
LEFT JOIN task_place AS l ON l.dumped_task = t.id
LEFT JOIN task_runtime AS r ON r.capture = t.capture AND r.dump = t.dump AND r.owner = t.owner
	AND r.process = t.process
JOIN task_names AS m ON m.dumped_task = t.id
LEFT JOIN task_frame AS pf ON pf.id = l.place
LEFT JOIN task_type AS y ON y.id = pf.type
LEFT JOIN task_frame AS af ON af.dumped_task = t.id AND af.parent = pf.id
	AND af.position = (SELECT min(n.position) FROM task_frame AS n
		WHERE n.dumped_task = t.id AND n.parent = pf.id AND n.kind <> 'hold')
LEFT JOIN task_type AS a ON a.id = af.type
LEFT JOIN task_frame AS wf ON wf.id = l.wait
LEFT JOIN task_type AS w ON w.id = wf.type
LEFT JOIN task_frame AS o ON o.dumped_task = t.id AND o.position = 0;
