-- Removes samples of another task, cause or site than the chosen one, or that --match does not
-- match.
DELETE FROM temp.sample
WHERE EXISTS (SELECT 1 FROM filter AS l
	LEFT JOIN stack AS k ON k.id = sample.user_stack
	WHERE l.capture = sample.capture
	AND ((l.task IS NOT NULL AND NOT named(l.task, k.task))
		OR NOT coalesce(instr(',' || l.cause || ',', ',' || sample.cause || ','), 1)
		OR (l.site IS NOT NULL AND coalesce(sample.user_stack, 0) NOT IN (
			SELECT s.stack FROM temp.slice AS s WHERE s.stack IS NOT NULL))
		OR (l.match IS NOT NULL AND coalesce(sample.user_stack, 0) NOT IN (
			SELECT stack FROM temp.filter_stack))));
