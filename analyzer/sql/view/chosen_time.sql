-- From when to when is each capture looked at? All of it, or what --from and --to chose.
CREATE VIEW chosen_time AS
SELECT c.id AS capture, coalesce(l.from_ns, c.start_ns) AS start_ns,
	coalesce(l.to_ns, c.end_ns) AS end_ns
FROM capture AS c
LEFT JOIN filter AS l ON l.capture = c.id;
