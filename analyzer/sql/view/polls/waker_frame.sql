-- Which frame of a waker's stack names it? The innermost of the user's own, else the innermost that
-- is neither the runtime's nor std's. A function of the user's that left its frame to the unlock,
-- its last act, is known by the call in that frame (tail_call): then it is inferred.
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
SELECT r.stack, coalesce(t.frame, r.frame) AS frame, t.frame IS NOT NULL AS inferred
FROM ranked AS r
LEFT JOIN tail_call AS t ON t.stack = r.stack
WHERE r.rank = 1;
