-- Which blocking polls were there, one by one, and at which site was each for the most of its time?
-- Those of the main future, which block no worker, only where its site was asked for.
--
-- waits: it was in a wait, which went on when the recording ended; at_attach: it was in one that
-- had begun before the recording.
CREATE VIEW blocking_polls AS
SELECT b.capture, b.id AS blocking_poll, b.start_ns - c.start_ns AS at_ns, t.tid, t.comm,
	b.kind, b.wall_ns, b.run_queue_ns, b.open,
	EXISTS (SELECT 1 FROM site_poll AS p WHERE p.blocking_poll = b.id AND p.open) AS waits,
	EXISTS (SELECT 1 FROM site_poll AS p WHERE p.blocking_poll = b.id AND p.at_attach)
		AS at_attach,
	b.bounds, b.source, b.task, s.function || ' ' || s.cause AS site
FROM blocking_poll AS b
JOIN thread AS t ON t.id = b.thread
JOIN capture AS c ON c.id = b.capture
JOIN filter AS l ON l.capture = b.capture
LEFT JOIN poll_place AS m ON m.blocking_poll = b.id
LEFT JOIN site AS s ON s.id = m.site
WHERE NOT b.main OR l.site IS NOT NULL;
