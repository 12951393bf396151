-- What was lost, by cause? percent is of all events, threads, bytes or chunks, and for stacks of
-- the events, each of which may have one; NULL: the whole is not known. meaning: for the figures.
CREATE VIEW loss_total AS
SELECT l.capture, l.cause, l.unit, sum(l.count) AS count,
	CASE l.unit
	WHEN 'events' THEN 100.0 * sum(l.count) / (c.events + total(l.count))
	WHEN 'records' THEN 100.0 * sum(l.count) / (c.events + total(l.count))
	WHEN 'spans' THEN 100.0 * sum(l.count) / (c.events + total(l.count))
	WHEN 'stacks' THEN 100.0 * sum(l.count) / max(c.events, total(l.count), 1)
	WHEN 'threads' THEN 100.0 * sum(l.count) / (sum(l.count)
		+ (SELECT count(*) FROM thread AS t WHERE t.capture = l.capture))
	WHEN 'bytes' THEN 100.0 * sum(l.count) / max(c.bytes, total(l.count), 1)
	WHEN 'chunks' THEN 100.0 * sum(l.count) / (c.chunks + total(l.count))
	END AS percent,
	(SELECT m.meaning FROM loss_meanings AS m WHERE m.cause = l.cause) AS meaning
FROM loss AS l
JOIN capture AS c ON c.id = l.capture
GROUP BY l.capture, l.cause, l.unit;
