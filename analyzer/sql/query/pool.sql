-- How busy was the blocking pool, and what else waited without blocking a worker?
SELECT *
FROM blocking_pool
WHERE capture = :capture;
