-- The threads, in the order of their tracks.
SELECT thread, pid, process_name, tid, comm, role, place
FROM trace_thread
WHERE capture = :capture
ORDER BY place;
