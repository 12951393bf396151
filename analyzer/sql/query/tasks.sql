-- Which tasks blocked a worker, for how long, how often; and how long did their polls take?
SELECT task, file, line, places, count, polls, population, blocked_ns, p50_ns, p99_ns, max_ns,
	at_most, source
FROM tasks
WHERE capture = :capture
ORDER BY blocked_ns DESC, task
LIMIT :top;
