-- Leaves the blocking polls that lasted long enough (:least). As for --min, the whole poll counts.
DELETE FROM slice
WHERE blocking_poll IN (SELECT id FROM blocking_poll WHERE blocked_ns < :least);

DELETE FROM blocking_poll WHERE blocked_ns < :least;

DELETE FROM site WHERE id NOT IN (SELECT site FROM slice);
