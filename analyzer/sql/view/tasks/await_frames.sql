-- What does each task wait for, from its outermost future down, and what does it hold?
--
-- A frame belongs to its parent: what that awaits, or holds meanwhile. Several with one parent are
-- awaited at once (select!, join!), or one of them is awaited: which of them it is, is not known.
-- futures: how many a set has in it; those that were read are its children. line_end: the await is
-- in a macro, somewhere from line to this one. Of the future of a block_on the task_id is 0.
CREATE VIEW await_frames AS
SELECT f.capture, f.dump, t.process, t.task_id, f.dumped_task, f.position, f.id AS frame, f.parent,
	f.depth, f.kind, f.leaf, y.name, y.file, y.line, y.line_end, y.origin, f.started,
	f.suspended,
	CASE WHEN f.leaf = 'sleep' THEN f.number END AS deadline_ns,
	CASE WHEN f.leaf = 'acquire' THEN f.number END AS asked_permits,
	CASE WHEN f.leaf = 'join' AND f.number > 0 THEN f.number END AS joined_task,
	CASE WHEN f.leaf = 'fd' AND f.number < 4294967295 THEN f.number END AS fd,
	CASE WHEN f.leaf = 'set' AND (f.kind <> 'wait' OR f.number > 0) THEN f.number
		END AS futures,
	f.resource, f.permits AS free_permits, f.closed
FROM task_frame AS f
JOIN dumped_future AS t ON t.id = f.dumped_task
JOIN task_type AS y ON y.id = f.type;
