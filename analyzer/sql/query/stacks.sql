-- With which stacks did each site block? Outermost function first. For flame graph tools: @folded
SELECT function, cause, blocked_ns, calls
FROM site_folded
WHERE capture = :capture
ORDER BY blocked_ns DESC, site, calls
LIMIT :top;
