-- What is each thread, and which observations say so? Counts of each class of observation.
CREATE VIEW threads AS
SELECT t.capture, t.id AS thread, t.tid, t.comm, p.pid, r.role, r.scheduler,
	sum(e.offcpu_span IS NOT NULL) AS spans, sum(e.sample IS NOT NULL) AS samples,
	sum(e.class = 'poll' AND NOT e.without_core) AS poll,
	sum(e.class = 'poll' AND e.without_core) AS without_core,
	sum(e.class = 'park') AS park, sum(e.class = 'runtime') AS runtime_code,
	sum(e.class = 'pool') AS pool, sum(e.class = 'block-in-place') AS block_in_place,
	sum(e.class = 'root') AS root, sum(e.class = 'other') AS other,
	sum(e.class = 'unknown') AS unknown
FROM thread AS t
JOIN process AS p ON p.id = t.process
LEFT JOIN thread_role AS r ON r.thread = t.id
LEFT JOIN observation AS e ON e.thread = t.id
GROUP BY t.capture, t.id;
