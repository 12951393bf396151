-- Which blocking polls were the longest, one by one?
SELECT at_ns, tid, comm, kind, wall_ns, run_queue_ns, open, waits, at_attach, bounds, source, task,
	site
FROM blocking_polls
WHERE capture = :capture
ORDER BY wall_ns DESC, at_ns
LIMIT :top;
