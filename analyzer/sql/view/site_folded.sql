-- With which calls did each site block? Each stack as one text, as flame graph tools read it: the
-- functions from the outermost to the innermost with `;` between them (one in a name becomes `:`).
CREATE VIEW site_folded AS
WITH named AS MATERIALIZED (
	SELECT stack, group_concat(function, ';') AS calls
	FROM (SELECT sf.stack, replace(f.site, ';', ':') AS function
		FROM stack_frame AS sf
		JOIN frame AS f ON f.id = sf.frame
		WHERE sf.stack IN (SELECT stack FROM site_time)
		ORDER BY sf.stack, sf.position DESC)
	GROUP BY stack
)
SELECT h.capture, h.site, h.function, h.cause, n.calls, sum(h.blocked_ns) AS blocked_ns
FROM site_stack AS h
JOIN named AS n ON n.stack = h.stack
GROUP BY h.site, n.calls
ORDER BY h.capture, blocked_ns DESC, n.calls;
