-- of nearly all polls the three queued tasks are known, and the two polls that follow
SELECT sum(p.queued) BETWEEN 0.8 * 3 * count(*) AND 3 * count(*)
       AND sum(p.next_polls) BETWEEN 0.8 * 2 * count(*) AND 2 * count(*) AND count(*) >= 20,
       count(*) || ' polls; ' || COALESCE(sum(p.queued), 0) || ' tasks queued, '
       || COALESCE(sum(p.left_queued), 0) || ' were left, '
       || COALESCE(sum(p.next_polls), 0) || ' polls followed'
FROM poll p JOIN thread t ON t.id = p.thread
WHERE t.comm = 'single-task' AND p.left_queued IS NOT NULL;
