-- Who held the locks that workers waited for? The thread that released the lock woke the waiter;
-- where it had waited itself, the thread that it waited for.
--
-- A wait that nobody ended is in none of the rows. holder is NULL where the stack of that thread
-- does not show which function it was.
CREATE VIEW lock_holders AS
SELECT capture, site, function AS waiter, holder, file, line, through, count, blocked_ns, share
FROM site_holder
ORDER BY capture, blocked_ns DESC, waiter, holder;
