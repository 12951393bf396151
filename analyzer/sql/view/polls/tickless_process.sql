-- Of which processes does the runtime's state not tell polls apart, since where it counts the
-- rounds of its loop is not known, and from when until when? All that a worker polls between two
-- parks looks like one poll there; what its samples show tells more. What the table of layouts
-- guessed before may have had the count: a layout that was learned without it takes its place.
CREATE VIEW tickless_process AS
WITH known AS (
	SELECT l.process, l.time_ns, l.tick_known
	FROM layout AS l
	JOIN process_source AS q ON q.process = l.process AND q.source <> 'stack'
	WHERE l.source <> 'none' AND NOT l.withdrawn
), begun AS (
	SELECT k.process, min(k.time_ns) AS time_ns
	FROM known AS k
	WHERE NOT k.tick_known
	GROUP BY k.process
)
SELECT p.capture, b.process,
	CASE WHEN EXISTS (SELECT 1 FROM known AS k
		WHERE k.process = b.process AND k.tick_known AND k.time_ns < b.time_ns)
	THEN b.time_ns ELSE 0 END AS from_ns,
	coalesce((SELECT min(k.time_ns) FROM known AS k
		WHERE k.process = b.process AND k.tick_known AND k.time_ns >= b.time_ns),
		9223372036854775807) AS until_ns
FROM begun AS b
JOIN process AS p ON p.id = b.process;
