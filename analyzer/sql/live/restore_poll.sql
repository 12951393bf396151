-- Makes the polls that deriving changed what they were recorded as.
UPDATE poll
SET open = r.open, end_max_ns = r.end_max_ns, upper_bound = r.upper_bound,
	unobserved = r.unobserved
FROM poll_recorded AS r
WHERE r.id = poll.id;

DELETE FROM poll_recorded;
