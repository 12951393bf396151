-- The threads, in the order of the samples and blocking polls.
SELECT thread, pid, process_name, tid, comm, role, place, tid = pid AS main
FROM trace_thread
WHERE capture = :capture
ORDER BY thread;
