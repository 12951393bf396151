-- Which polls are blocking at this moment, since when, and where?
SELECT b.start_ns, b.end_ns, t.tid, t.comm, b.task, b.function, b.cause, f.file, f.line
FROM open_block AS b
JOIN thread AS t ON t.id = b.thread
LEFT JOIN frame AS f ON f.id = b.frame
ORDER BY b.start_ns, t.tid;
