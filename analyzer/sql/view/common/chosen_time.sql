-- Which time of each capture is analyzed: all of it, or from --from to --to?
CREATE VIEW chosen_time AS
SELECT c.id AS capture, coalesce(l.from_ns, c.start_ns) AS start_ns,
	coalesce(l.to_ns, c.end_ns) AS end_ns
FROM capture AS c
LEFT JOIN filter AS l ON l.capture = c.id;
