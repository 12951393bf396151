-- The stacks of the flame graphs and polls: frame.id from the outermost to the innermost.
WITH wanted AS MATERIALIZED (
	SELECT stack FROM profile_stack WHERE capture = :capture AND stack IS NOT NULL
	UNION
	SELECT waker_stack FROM trace_wake WHERE capture = :capture AND waker_stack IS NOT NULL
)
SELECT stack, (SELECT group_concat(frame) FROM (SELECT frame FROM stack_frame AS f
	WHERE f.stack = w.stack ORDER BY position DESC)) AS frames
FROM wanted AS w;
