-- Which runs of samples are in polls that are known by stacks alone: of processes of which nothing
-- else is known, of others before it was, and of those whose state does not tell polls apart?
CREATE VIEW stack_run AS
SELECT r.*
FROM run_length AS r
JOIN thread AS t ON t.id = r.thread
JOIN process_source AS q ON q.process = t.process
LEFT JOIN state_known AS y ON y.process = t.process
LEFT JOIN tickless_process AS n ON n.process = t.process
WHERE q.source = 'stack' OR r.last_ns < y.from_ns
	OR (r.first_ns >= n.from_ns AND r.last_ns < n.until_ns);
