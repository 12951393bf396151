-- Which threads drove the future of a block_on, and what does that wait for?
--
-- A row of the thread, without a position, then those of what was read of its future, as in
-- await_lines. number: of the thread in its dump.
CREATE VIEW task_block_on AS
SELECT *, dense_rank() OVER (PARTITION BY capture, dump ORDER BY tid) AS number
FROM (
	SELECT capture, dump, tid, comm, parked, cause, local_set, future IS NOT NULL AS is_read,
		NULL AS position, NULL AS level, NULL AS times, NULL AS kind, function AS name,
		file, line, NULL AS line_end, NULL AS what
	FROM task_threads
	WHERE block_on
	UNION ALL
	SELECT t.capture, t.dump, t.tid, NULL, NULL, NULL, NULL, NULL, l.position, l.level, l.times,
		l.kind, l.name, l.file, l.line, l.line_end, l.what
	FROM task_threads AS t
	JOIN await_lines AS l ON l.future = t.future
	WHERE t.block_on);
