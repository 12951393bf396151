-- Which processes were recorded, and how did they end?
CREATE VIEW processes AS
SELECT p.capture, p.id AS process, p.pid, p.name, p.executable,
	(SELECT count(*) FROM thread AS t WHERE t.process = p.id) AS threads,
	(SELECT group_concat(how, ', ') FROM (
		SELECT l.kind || CASE WHEN l.kind = 'process-exit' AND l.detail & 127
				THEN ' (signal ' || (l.detail & 127) || ')'
			WHEN l.kind = 'process-exit' THEN ' (status ' || (l.detail >> 8 & 255)
				|| ')'
			ELSE '' END AS how
		FROM lifecycle AS l
		WHERE l.process = p.id AND l.kind IN ('process-exit', 'process-exec')
		ORDER BY l.time_ns, l.id)) AS ended
FROM process AS p;
