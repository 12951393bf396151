-- the command is known, and alone: its process, all its threads, from their start
SELECT (SELECT count(*) FROM process WHERE executable LIKE '%/blocker') = 1
       AND (SELECT count(*) FROM process) = 1
       AND (SELECT count(DISTINCT comm) FROM thread
            WHERE comm IN ('blocker', 'sleeper', 'holder', 'waiter', 'burner', 'stuck')) = 6
       AND (SELECT count(*) FROM lifecycle WHERE kind LIKE '%exec%') = 0,
       (SELECT group_concat(comm, '; ') FROM thread) || '; '
       || (SELECT group_concat(kind || ' ' || n, '; ') FROM
           (SELECT kind, count(*) AS n FROM lifecycle GROUP BY kind));
