-- A blocking poll counts as far as it is in the chosen time.
UPDATE temp.blocking_poll
SET start_ns = max(start_ns, coalesce(l.from_ns, start_ns)),
	end_ns = min(end_ns, coalesce(l.to_ns, end_ns))
FROM filter AS l
WHERE l.capture = blocking_poll.capture AND (start_ns < l.from_ns OR end_ns > l.to_ns);
