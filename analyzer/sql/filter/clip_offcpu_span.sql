-- The part of a sleep that is in the chosen time counts, and of the wait for a CPU at its end.
-- Where that would give two sleeps of a thread the same start, one keeps its times: figures are
-- computed from the observations, which are clipped anyway.
UPDATE OR IGNORE temp.offcpu_span
SET start_ns = max(start_ns, coalesce(l.from_ns, start_ns)),
	end_ns = min(end_ns, coalesce(l.to_ns, end_ns)),
	run_queue_ns = max(0, min(end_ns, coalesce(l.to_ns, end_ns))
		- max(end_ns - run_queue_ns, coalesce(l.from_ns, start_ns)))
FROM filter AS l
WHERE l.capture = offcpu_span.capture AND (start_ns < l.from_ns OR end_ns > l.to_ns);
