-- Which threads does a timeline have a track for, and what are they? place: the order of the
-- tracks: workers first, the one that was blocked the most before the others.
CREATE VIEW trace_thread AS
SELECT t.capture, t.id AS thread, t.process, p.pid, p.name AS process_name, t.tid, t.comm, r.role,
	r.scheduler, t.start_ns, t.exit_ns,
	row_number() OVER (PARTITION BY t.capture
		ORDER BY w.thread IS NULL, w.blocking_ns DESC, r.role <> 'pool', t.tid) AS place
FROM thread AS t
JOIN process AS p ON p.id = t.process
LEFT JOIN thread_role AS r ON r.thread = t.id
LEFT JOIN worker AS w ON w.thread = t.id;
