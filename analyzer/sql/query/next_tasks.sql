-- Which tasks stood in the worker's LIFO slot, which no other can empty, while each site blocked?
SELECT site, task, waits, blocked_ns
FROM site_next_task
WHERE capture = :capture
ORDER BY site, rank
LIMIT :top;
