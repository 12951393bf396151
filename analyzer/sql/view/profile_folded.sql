-- The same stacks as text, as flame graph tools read it: the functions from the outermost to the
-- innermost with `;` between them (one in a name becomes `:`); `unknown` where no stack shows it.
CREATE VIEW profile_folded AS
WITH named AS MATERIALIZED (
	SELECT stack, group_concat(function, ';') AS calls
	FROM (SELECT sf.stack, coalesce(nullif(replace(f.site, ';', ':'), ''), 'unknown')
			AS function
		FROM stack_frame AS sf
		JOIN frame AS f ON f.id = sf.frame
		WHERE sf.stack IN (SELECT stack FROM profile_stack)
		ORDER BY sf.stack, sf.position DESC)
	GROUP BY stack
)
SELECT p.capture, p.kind, p.cause, p.site, coalesce(n.calls, 'unknown') AS calls,
	sum(p.count) AS count, sum(p.ns) AS ns
FROM profile_stack AS p
LEFT JOIN named AS n ON n.stack = p.stack
GROUP BY p.capture, p.kind, p.cause, p.site, coalesce(n.calls, 'unknown');
