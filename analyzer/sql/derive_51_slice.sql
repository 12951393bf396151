-- Which part of which blocking span belongs to which site?
INSERT INTO slice (capture, blocking_poll, site, stack, frame, offcpu_span, wall_ns, run_queue_ns,
	looks)
SELECT p.capture, p.blocking_poll, s.id, p.stack, p.frame, p.offcpu_span, p.wall_ns, p.run_queue_ns,
	p.looks
FROM temp.part AS p
JOIN site AS s ON s.capture = p.capture AND s.crate IS p.crate AND s.function = p.function
	AND s.cause = p.cause
ORDER BY p.blocking_poll;
