-- Which threads drove the future of a block_on at the last dump, and what does that wait for?
SELECT tid, comm, parked, cause, local_set, is_read, position, level, times, kind, name, file, line,
	line_end, what
FROM task_block_on
WHERE capture = :capture AND dump = (SELECT max(dump) FROM shown_dump WHERE capture = :capture)
	AND (:top < 0 OR number <= :top)
ORDER BY number, position;
