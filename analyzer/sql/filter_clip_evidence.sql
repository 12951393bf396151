-- A sleep counts as far as it is in the chosen time.
UPDATE temp.evidence
SET start_ns = max(start_ns, coalesce(l.from_ns, start_ns)),
	end_ns = min(end_ns, coalesce(l.to_ns, end_ns))
FROM filter AS l
WHERE l.capture = evidence.capture AND (start_ns < l.from_ns OR end_ns > l.to_ns);
