-- What is each thread, and which observations say so? Those that were observed the most come first.
SELECT tid, comm, pid, role, scheduler, spans, samples, poll, without_core, park, runtime_code,
	pool, block_in_place, root, other, unknown
FROM threads
WHERE capture = :capture
ORDER BY spans + samples DESC, tid
LIMIT :top;
