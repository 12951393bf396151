-- the three tasks that stand behind each of these polls are known, and the two polls that follow (most: emulated, it is slow)
SELECT sum(p.stood) BETWEEN 0.8 * 3 * count(*) AND 3 * count(*)
       AND sum(p.next_polls) BETWEEN 0.8 * 2 * count(*) AND 2 * count(*) AND count(*) >= 20,
       count(*) || ' polls; ' || COALESCE(sum(p.stood), 0) || ' tasks stood behind them, ' || COALESCE(sum(p.left_behind), 0)
       || ' were left, ' || COALESCE(sum(p.next_polls), 0) || ' polls followed'
FROM poll p JOIN thread t ON t.id = p.thread
WHERE t.comm = 'single-task' AND p.left_behind IS NOT NULL;
