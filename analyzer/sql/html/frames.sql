-- The frames of these stacks.
WITH wanted AS MATERIALIZED (
	SELECT stack FROM profile_stack WHERE capture = :capture AND stack IS NOT NULL
	UNION
	SELECT waker_stack FROM trace_wake WHERE capture = :capture AND waker_stack IS NOT NULL
)
SELECT id AS frame, coalesce(nullif(site, ''), 'unknown') AS name, file, line, origin, inlined
FROM frame
WHERE id IN (SELECT frame FROM stack_frame WHERE stack IN (SELECT stack FROM wanted));
