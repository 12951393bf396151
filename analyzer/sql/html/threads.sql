-- Threads with a lane in the timeline: workers, the one that was blocked the most first.
SELECT t.thread, t.tid, t.comm, t.pid, t.role, t.scheduler
FROM trace_thread AS t
WHERE t.capture = :capture AND t.role = 'worker'
ORDER BY t.place;
