-- Where did threads of the process sleep while a dump was read?
--
-- block_on: it drives the future of a block_on, on its own or with a scheduler of one thread:
-- function, file and line are then what called it, where the thread is parked. local_set: with
-- tasks of a LocalSet in it. future: what was read of the future of the block_on, where the thread
-- is parked; while it polls its future, that is at no await.
CREATE VIEW task_threads AS
WITH driven AS (
	SELECT t.*, k.class, k.site_frame,
		k.class = 'root' OR EXISTS (SELECT 1 FROM scheduler AS s
			WHERE s.name = k.scheduler AND s.single_threaded) AS block_on
	FROM task_thread AS t
	JOIN stack AS k ON k.id = t.stack
)
SELECT d.capture, d.dump, h.process, d.thread, h.tid, h.comm, d.task_id, d.syscall, d.cause,
	d.stack, d.class, d.block_on,
	EXISTS (SELECT 1 FROM stack_frame AS sf
		JOIN frame AS g ON g.id = sf.frame
		JOIN local_set_function AS l ON g.site GLOB l.function
		WHERE sf.stack = d.stack) AS local_set,
	d.site_frame IS NULL AND d.block_on AS parked, m.id AS future,
	f.site AS function, f.file, f.line
FROM driven AS d
JOIN thread AS h ON h.id = d.thread
LEFT JOIN dumped_future AS m ON m.capture = d.capture AND m.dump = d.dump
	AND m.process = h.process AND m.task_id = 0 AND m.main AND m.tid = h.tid
	AND d.block_on AND d.site_frame IS NULL
LEFT JOIN frame AS f ON f.id = coalesce(d.site_frame,
	(SELECT sf.frame
	FROM stack_frame AS sf
	JOIN frame AS g ON g.id = sf.frame
	WHERE sf.stack = d.stack AND d.block_on AND g.origin = 'user' AND sf.position > (
		SELECT min(rf.position)
		FROM stack_frame AS rf
		JOIN frame AS h ON h.id = rf.frame
		JOIN runtime AS r ON r.name = h.origin
		WHERE rf.stack = d.stack)
	ORDER BY sf.position
	LIMIT 1));
