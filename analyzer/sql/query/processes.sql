-- Which processes were recorded, and how did they end?
SELECT pid, name, executable, threads, ended
FROM processes
WHERE capture = :capture
ORDER BY pid, process;
