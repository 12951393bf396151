-- What is each thread, and which observations say so? Counts of each class of observation.
CREATE VIEW threads AS
SELECT t.capture, t.id AS thread, t.tid, t.comm, p.pid, r.role, r.scheduler,
	count(*) FILTER (WHERE e.offcpu_span IS NOT NULL) AS spans,
	count(*) FILTER (WHERE e.sample IS NOT NULL) AS samples,
	count(*) FILTER (WHERE e.class = 'poll' AND NOT e.without_core) AS poll,
	count(*) FILTER (WHERE e.class = 'poll' AND e.without_core) AS without_core,
	count(*) FILTER (WHERE e.class = 'park') AS park,
	count(*) FILTER (WHERE e.class = 'runtime') AS runtime_code,
	count(*) FILTER (WHERE e.class = 'pool') AS pool,
	count(*) FILTER (WHERE e.class = 'block-in-place') AS block_in_place,
	count(*) FILTER (WHERE e.class = 'root') AS root,
	count(*) FILTER (WHERE e.class = 'other') AS other,
	count(*) FILTER (WHERE e.class = 'unknown') AS unknown
FROM thread AS t
JOIN process AS p ON p.id = t.process
LEFT JOIN thread_role AS r ON r.thread = t.id
LEFT JOIN observation AS e ON e.thread = t.id
GROUP BY t.capture, t.id;
