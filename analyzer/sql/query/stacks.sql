-- With which stacks did each site block? Outermost function first. For flame graph tools: @folded
SELECT function, cause, ns AS blocked_ns, calls
FROM profile_folded
WHERE capture = :capture AND kind = 'blocked'
ORDER BY ns DESC, site, calls
LIMIT :top;
