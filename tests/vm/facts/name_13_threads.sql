-- all six threads are known by name
SELECT count(DISTINCT comm) = 6, group_concat(comm || ' ' || tid, '; ')
FROM thread WHERE comm IN ('blocker', 'sleeper', 'holder', 'waiter', 'burner', 'stuck');
