-- Who ended the waits of each site, and where was it then? share is of the site's time asleep.
SELECT w.site, s.function, s.cause, w.function AS waker, w.file, w.line, w.count, w.wall_ns, w.share
FROM site_waker AS w
JOIN site AS s ON s.id = w.site
WHERE w.capture = :capture
ORDER BY w.wall_ns DESC, w.site, w.function, w.line
LIMIT :top;
