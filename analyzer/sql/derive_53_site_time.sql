-- With which stacks did each site's time go, and who ended its sleeps?
INSERT INTO site_time
SELECT NULL, s.capture, s.site, s.stack, s.frame, s.offcpu_span IS NOT NULL,
	o.waker_tid IS NOT NULL, o.waker_stack, count(*), sum(s.wall_ns)
FROM slice AS s
LEFT JOIN offcpu_span AS o ON o.id = s.offcpu_span
WHERE s.capture = :capture
GROUP BY s.site, s.stack, s.frame, s.offcpu_span IS NOT NULL, o.waker_tid IS NOT NULL, o.waker_stack;
