-- The stacks of profile_stack as text, as flame graph tools read it: the functions from the
-- outermost to the innermost with `;` between them (one in a name becomes `:`); `unknown` where no
-- stack shows it.
CREATE VIEW profile_folded AS
SELECT capture, kind, cause, site, function, calls, sum(count) AS count, sum(ns) AS ns
FROM (SELECT p.*, coalesce((SELECT group_concat(function, ';')
		FROM (SELECT coalesce(nullif(replace(f.site, ';', ':'), ''), 'unknown') AS function
			FROM stack_frame AS sf
			CROSS JOIN frame AS f ON f.id = sf.frame
			WHERE sf.stack = p.stack
			ORDER BY sf.position DESC)), 'unknown') AS calls
	FROM profile_stack AS p)
GROUP BY capture, kind, cause, site, function, calls;
