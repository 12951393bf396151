-- Which frame of a waker's stack names it? The innermost of the user's own, else the innermost that
-- is neither the runtime's nor std's. Of a function that ran a closure for the one that waits
-- (frame.runs) the closure, which ended before. inferred: it is such a closure, or a function that
-- had left its frame to the unlock, its last act (tail_call).
CREATE VIEW waker_frame AS
WITH waker AS (
	SELECT DISTINCT waker_stack AS stack FROM offcpu_span WHERE waker_stack IS NOT NULL
), ranked AS (
	SELECT w.stack, sf.frame, sf.position, f.runs,
		row_number() OVER (PARTITION BY w.stack
			ORDER BY f.origin <> 'user' AND f.runs IS NULL, sf.position) AS rank
	FROM waker AS w
	JOIN stack_frame AS sf ON sf.stack = w.stack
	JOIN frame AS f ON f.id = sf.frame
	JOIN stack AS k ON k.id = w.stack
	WHERE f.origin IN ('user', 'third-party') AND NOT f.generated
		AND sf.position < coalesce(k.whole_frames, k.depth)
)
SELECT r.stack, coalesce(r.runs, r.frame) AS frame,
	t.stack IS NOT NULL OR r.runs IS NOT NULL AS inferred
FROM ranked AS r
LEFT JOIN tail_call AS t ON t.stack = r.stack AND t.position = r.position
WHERE r.rank = 1;
