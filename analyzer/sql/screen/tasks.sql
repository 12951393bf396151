-- Which tasks blocked a worker in the window, and how long did their polls take?
SELECT task, file, line, count, blocked_ns, p50_ns, p99_ns, max_ns, at_most, population
FROM tasks
WHERE capture = :capture
ORDER BY blocked_ns DESC, task;
