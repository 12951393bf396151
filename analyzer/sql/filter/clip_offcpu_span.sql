-- A sleep counts as far as it is in the chosen time, its wait for a CPU (the tail) likewise. One that
-- lies over another of its thread keeps its own times: their evidence is clipped all the same.
UPDATE OR IGNORE temp.offcpu_span
SET start_ns = max(start_ns, coalesce(l.from_ns, start_ns)),
	end_ns = min(end_ns, coalesce(l.to_ns, end_ns)),
	run_queue_ns = max(0, min(end_ns, coalesce(l.to_ns, end_ns))
		- max(end_ns - run_queue_ns, coalesce(l.from_ns, start_ns)))
FROM filter AS l
WHERE l.capture = offcpu_span.capture AND (start_ns < l.from_ns OR end_ns > l.to_ns);
