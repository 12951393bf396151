-- Who ended the waits of each site, and in which function? share is of the site's time asleep.
SELECT site, function, cause, open, waker, file, line, known_as, inferred, count, blocked_ns, share
FROM site_waker
WHERE capture = :capture
ORDER BY blocked_ns DESC, site, waker, line
LIMIT :top;
