-- What can be done about each site? By the first rule of advice.rules that fits half of its time or
-- more, with the function that shows it: a frame from the innermost up to the site's own.
CREATE VIEW site_advice AS
WITH shown AS MATERIALIZED (
	SELECT h.capture, h.site, h.cause, h.stack, h.blocked_ns, sf.frame,
		f.site AS function, sf.position
	FROM site_stack AS h
	JOIN stack AS k ON k.id = h.stack
	JOIN stack_frame AS sf ON sf.stack = h.stack
		AND sf.position <= coalesce(h.position, k.depth)
	JOIN frame AS f ON f.id = sf.frame
), named AS MATERIALIZED (
	SELECT DISTINCT site, cause, frame
	FROM shown
), fitting AS MATERIALIZED (
	SELECT DISTINCT n.site, n.frame, r.rule
	FROM named AS n
	JOIN frame_advice AS r ON r.frame = n.frame AND r.cause = n.cause
	WHERE r.condition IS NULL
		OR (r.condition = 'holder-suspended'
			AND n.site IN (SELECT site FROM site_suspended_holder))
		OR (r.condition = 'within-library'
			AND n.site IN (SELECT site FROM site_within_library))
), covered AS (
	SELECT n.capture, n.site, n.stack, n.blocked_ns, g.rule, n.function,
		min(n.position) AS position
	FROM shown AS n
	JOIN fitting AS g ON g.site = n.site AND g.frame = n.frame
	GROUP BY n.site, n.stack, g.rule
), weighed AS (
	SELECT capture, site, rule, function, sum(blocked_ns) AS blocked_ns,
		row_number() OVER (PARTITION BY site ORDER BY rule) AS rank
	FROM covered AS c
	GROUP BY site, rule
	HAVING sum(blocked_ns) >= (SELECT advice_share_min FROM constant)
		* (SELECT sum(s.blocked_ns) FROM site_time AS s WHERE s.site = c.site)
)
SELECT w.capture, w.site, w.rule, w.function, r.advice, r.documentation
FROM weighed AS w
JOIN advice_rule AS r ON r.id = (SELECT min(a.id) FROM advice_rule AS a WHERE a.rule = w.rule)
WHERE w.rank = 1;
