-- Which blocking polls go on at :to, whole, and where is each for the most of its time? What was
-- printed of one stays known.
DELETE FROM open_block
WHERE NOT EXISTS (SELECT 1 FROM blocking_poll AS b
	WHERE b.thread = open_block.thread AND b.start_ns = open_block.start_ns AND b.open
		AND b.end_ns >= :to - 2000000000);

INSERT INTO open_block (thread, start_ns, end_ns, main, task, function, cause, frame, stack)
WITH chosen AS MATERIALIZED (
	SELECT id, thread, start_ns, end_ns, main, task FROM blocking_poll
	WHERE capture = :capture AND open AND end_ns >= :to - 2000000000
), part AS (
	SELECT blocking_poll, site, frame, stack, max(wall_ns) FROM slice
	WHERE blocking_poll IN (SELECT id FROM chosen)
	GROUP BY blocking_poll
)
SELECT c.thread, c.start_ns, c.end_ns, c.main, c.task, s.function, s.cause, p.frame, p.stack
FROM chosen AS c
LEFT JOIN part AS p ON p.blocking_poll = c.id
LEFT JOIN site AS s ON s.id = p.site
WHERE true
ON CONFLICT DO UPDATE SET end_ns = excluded.end_ns, task = excluded.task,
	function = excluded.function, cause = excluded.cause, frame = excluded.frame,
	stack = excluded.stack;
