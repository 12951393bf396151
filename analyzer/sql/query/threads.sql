-- What is each thread, and which observations say so? Counts of each class of observation.
SELECT tid, comm, pid, role, scheduler, spans, samples, poll, without_core, park, runtime_code,
	pool, block_in_place, root, other, unknown
FROM threads
WHERE capture = :capture
ORDER BY tid;
