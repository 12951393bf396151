-- Which threads does --worker choose? Workers with this thread id, or a name that matches.
INSERT INTO temp.filter_thread (thread)
SELECT t.id
FROM filter AS l
JOIN main.worker AS w ON w.capture = l.capture
JOIN thread AS t ON t.id = w.thread
WHERE l.worker IS NULL OR l.worker = CAST(t.tid AS TEXT) OR fits(l.worker, t.comm);
