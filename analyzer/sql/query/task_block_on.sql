-- Which threads drove the future of a block_on at the last dump? What that waits for is not read.
SELECT tid, comm, function, file, line, parked, cause, local_set
FROM task_threads
WHERE capture = :capture AND block_on
	AND dump = (SELECT max(dump) FROM task_dump WHERE capture = :capture)
ORDER BY tid
LIMIT :top;
