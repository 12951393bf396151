-- Which threads drove the future of a block_on at the last dump, and what does that wait for?
SELECT dump, tid, comm, parked, cause, local_set, is_read, position, level, times, kind, name, file,
	line, line_end, what
FROM task_block_on
WHERE capture = :capture AND dump IN (
	SELECT max(dump) FROM shown_dump WHERE capture = :capture GROUP BY process)
	AND (:top < 0 OR number <= :top)
ORDER BY dump, number, position;
