-- Who held the locks that workers waited for? The thread that released the lock woke the waiter.
--
-- holder is NULL where the stack of that thread does not show which function it was.
CREATE VIEW lock_holders AS
SELECT capture, site, function AS waiter, waker AS holder, file, line, count, blocked_ns, share
FROM site_waker
WHERE cause = 'lock'
ORDER BY capture, blocked_ns DESC, waiter, holder;
