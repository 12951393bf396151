-- Which wakers' stacks show that the user's own code woke a thread, and not a runtime on its
-- behalf?
--
-- The stack is complete, its thread is a plain one or runs a closure of the blocking pool, and
-- between the system call and the user's frame are only frames of libc and std. Full debug
-- information is required: without it functions of a runtime may be hidden in the user's by
-- inlining.
CREATE VIEW user_waker AS
WITH waker AS (
	SELECT DISTINCT o.waker_stack AS stack
	FROM offcpu_span AS o
	JOIN stack AS k ON k.id = o.waker_stack
	WHERE k.complete AND k.whole_frames IS NULL AND NOT k.pool_idle
		AND k.class IN ('other', 'pool')
), ranked AS (
	SELECT w.stack, f.origin, b.symbols,
		row_number() OVER (PARTITION BY w.stack ORDER BY sf.position) AS rank
	FROM waker AS w
	JOIN stack_frame AS sf ON sf.stack = w.stack
	JOIN frame AS f ON f.id = sf.frame
	LEFT JOIN binary AS b ON b.id = f.binary
	WHERE f.origin NOT IN ('std', 'libc')
)
SELECT stack FROM ranked WHERE rank = 1 AND origin = 'user' AND symbols = 'dwarf';
