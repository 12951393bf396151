-- Which blocking polls go on at :to, whole, and where is each for the most of its time? What was
-- printed of one stays known.
DELETE FROM open_block
WHERE NOT EXISTS (SELECT 1 FROM blocking_poll AS b
	WHERE b.thread = open_block.thread AND b.start_ns = open_block.start_ns AND b.open
		AND b.end_ns >= :to - 2000000000);

INSERT INTO open_block (thread, start_ns, end_ns, blocked_ns, main, task, function, cause, frame)
SELECT b.thread, b.start_ns, b.end_ns, b.blocked_ns, b.main, b.task, s.function, s.cause, m.frame
FROM blocking_poll AS b
LEFT JOIN poll_place AS m ON m.blocking_poll = b.id
LEFT JOIN site AS s ON s.id = m.site
WHERE b.capture = :capture AND b.open AND b.end_ns >= :to - 2000000000
ON CONFLICT DO UPDATE SET end_ns = excluded.end_ns, blocked_ns = excluded.blocked_ns,
	task = excluded.task, function = excluded.function, cause = excluded.cause,
	frame = excluded.frame;
