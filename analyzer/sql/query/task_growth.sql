-- Of which types of tasks were there more at each dump, or nearly: do they leak?
SELECT task, tasks_first, tasks_last, dumps, rises, wall_ns
FROM task_growth
WHERE capture = :capture AND dumps >= 3 AND never_less AND rises >= 2
	AND 2 * rises >= dumps - 1
ORDER BY tasks_last - tasks_first DESC, task
LIMIT :top;
