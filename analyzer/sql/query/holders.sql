-- For whose work did each site wait for a lock? share is of the site's time asleep.
SELECT site, function, holder, file, line, through, count, blocked_ns, share
FROM site_holder
WHERE capture = :capture
ORDER BY blocked_ns DESC, site, holder, line
LIMIT :top;
