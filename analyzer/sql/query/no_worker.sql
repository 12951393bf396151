-- Why is there no worker, and what helps?
SELECT reason, why, next_step, name, threads, by_default
FROM no_worker
WHERE capture = :capture;
