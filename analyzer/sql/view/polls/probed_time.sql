-- From when until when did probes see each poll begin (--polls)?
CREATE VIEW probed_time AS
SELECT capture, from_ns, until_ns
FROM (SELECT s.capture, s.attached, s.time_ns AS from_ns,
		coalesce(lead(s.time_ns) OVER (PARTITION BY s.capture ORDER BY s.time_ns, s.id),
			c.end_ns) AS until_ns
	FROM probe_state AS s
	JOIN capture AS c ON c.id = s.capture)
WHERE attached;
