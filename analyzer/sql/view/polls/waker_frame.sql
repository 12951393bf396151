-- Which frame of a waker's stack names it? The innermost of the user's own, else the innermost that
-- is neither the runtime's nor std's.
CREATE VIEW waker_frame AS
WITH waker AS (
	SELECT DISTINCT waker_stack AS stack FROM offcpu_span WHERE waker_stack IS NOT NULL
), ranked AS (
	SELECT w.stack, sf.frame,
		row_number() OVER (PARTITION BY w.stack
			ORDER BY f.origin <> 'user', sf.position) AS rank
	FROM waker AS w
	JOIN stack_frame AS sf ON sf.stack = w.stack
	JOIN frame AS f ON f.id = sf.frame
	JOIN stack AS k ON k.id = w.stack
	WHERE f.origin IN ('user', 'third-party') AND NOT f.generated
		AND sf.position < coalesce(k.whole_frames, k.depth)
)
SELECT stack, frame FROM ranked WHERE rank = 1;
