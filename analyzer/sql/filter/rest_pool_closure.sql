-- Removes closures of the blocking pool that were not chosen. A closure has no task and no site.
DELETE FROM temp.pool_closure
WHERE EXISTS (SELECT 1 FROM filter AS l WHERE l.capture = pool_closure.capture
	AND (l.task IS NOT NULL OR l.site IS NOT NULL OR pool_closure.wall_ns < l.min_ns
		OR NOT coalesce(instr(',' || l.cause || ',', ',' || pool_closure.cause || ','), 1)
		OR NOT coalesce(l.match IS NULL OR pool_closure.function REGEXP l.match
			OR pool_closure.file REGEXP l.match, 0)));
