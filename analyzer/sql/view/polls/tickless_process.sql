-- Of which processes does the runtime's state not tell polls apart, since where it counts the
-- rounds of its loop is not known, and until when? All that a worker polls between two parks looks
-- like one poll there; what its samples show tells more.
CREATE VIEW tickless_process AS
SELECT q.capture, q.process, coalesce((SELECT min(l.time_ns) FROM layout AS l
		WHERE l.process = q.process AND l.source <> 'none' AND NOT l.withdrawn
			AND l.tick_known), 9223372036854775807) AS until_ns
FROM process_source AS q
WHERE q.source = 'passive'
	AND EXISTS (SELECT 1 FROM layout AS l WHERE l.process = q.process
		AND l.source <> 'none' AND NOT l.withdrawn AND NOT l.tick_known);
