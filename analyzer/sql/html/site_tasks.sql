-- The tasks in which each site blocked.
SELECT site, task, count, blocked_ns
FROM site_task
WHERE capture = :capture
ORDER BY site, blocked_ns DESC;
