-- The stacks of the flame graph: frames from the outermost to the innermost.
SELECT compared || '.' || stack AS stack, group_concat(frame) AS frames
FROM (
	SELECT compared, stack, min(rowid) OVER (PARTITION BY name, file, line, origin) AS frame
	FROM stack_frame
	ORDER BY compared, stack, position DESC
)
GROUP BY compared, stack;
