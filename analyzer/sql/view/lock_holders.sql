-- Who held the locks that workers waited for? Who let go of one woke the waiter.
--
-- holder is NULL where a thread woke it whose stack names nobody.
CREATE VIEW lock_holders AS
SELECT s.capture, s.id AS site, s.function AS waiter, w.function AS holder, w.file, w.line, w.count,
	w.wall_ns, w.share
FROM site_waker AS w
JOIN site AS s ON s.id = w.site
WHERE s.cause = 'lock'
ORDER BY s.capture, w.wall_ns DESC, s.function, w.function;
