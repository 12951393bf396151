-- The part of a sleep that is in the chosen time counts, and of the wait for a CPU at its end.
UPDATE temp.observation
SET start_ns = max(start_ns, coalesce(l.from_ns, start_ns)),
	end_ns = min(end_ns, coalesce(l.to_ns, end_ns)),
	disjoint_from_ns = max(disjoint_from_ns, coalesce(l.from_ns, disjoint_from_ns)),
	run_queue_ns = max(0, min(end_ns, coalesce(l.to_ns, end_ns))
		- max(end_ns - run_queue_ns, coalesce(l.from_ns, start_ns)))
FROM filter AS l
WHERE l.capture = observation.capture AND (start_ns < l.from_ns OR end_ns > l.to_ns);
