-- From when until when did probes see each poll begin (attached), and what tasks do (followed)?
CREATE VIEW probe_time AS
SELECT s.capture, s.attached, s.spawns OR s.wakes OR s.ends AS followed, s.time_ns AS from_ns,
	coalesce(lead(s.time_ns) OVER (PARTITION BY s.capture ORDER BY s.time_ns, s.id), c.end_ns)
		AS until_ns
FROM probe_state AS s
JOIN capture AS c ON c.id = s.capture;
