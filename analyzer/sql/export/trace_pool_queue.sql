-- The queues of the blocking pools, and how long the task that is next had waited.
SELECT p.pid, q.pool, q.time_ns, q.tasks, q.wait_ns
FROM pool_reading AS q
JOIN process AS p ON p.id = q.process
WHERE q.capture = :capture
ORDER BY q.process, q.pool, q.time_ns;
