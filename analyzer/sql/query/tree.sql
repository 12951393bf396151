-- Which calls led to each site? Outermost first, then the most time first, from 2% of it on.
SELECT site, fork, forked, function, file, line, origin, blocked_ns, share
FROM site_tree
WHERE capture = :capture
ORDER BY position
LIMIT :top;
