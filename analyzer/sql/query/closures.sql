-- Which closures kept a blocking pool thread longest, in one sleep or one stretch on a CPU?
SELECT at_ns, tid, wall_ns, cause, function, file, line
FROM pool_closure
WHERE capture = :capture
ORDER BY wall_ns DESC, at_ns
LIMIT :top;
