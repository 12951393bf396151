-- What can be done about what blocked the main future? As site_advice, for the rows of main_sites.
CREATE VIEW main_advice AS
WITH part AS MATERIALIZED (
	SELECT b.capture, f.site AS function, f.crate, b.cause, b.stack,
		sum(b.blocked_ns) AS blocked_ns
	FROM main_block AS b
	JOIN frame AS f ON f.id = b.frame
	GROUP BY b.capture, f.site, f.crate, b.cause, b.stack
), covered AS (
	SELECT p.capture, p.function, p.crate, p.cause, p.blocked_ns, r.rule,
		f.site AS advised, min(sf.position) AS position
	FROM part AS p
	JOIN stack AS k ON k.id = p.stack
	JOIN stack_frame AS sf ON sf.stack = p.stack AND sf.position <= k.site_position
	JOIN frame AS f ON f.id = sf.frame
	JOIN frame_advice AS r ON r.frame = f.id AND r.cause = p.cause
	WHERE r.condition IS NULL
	GROUP BY p.capture, p.function, p.crate, p.cause, p.stack, r.rule
), weighed AS (
	SELECT capture, function, crate, cause, rule, advised,
		row_number() OVER (PARTITION BY capture, function, crate, cause
			ORDER BY rule) AS rank
	FROM covered AS c
	GROUP BY capture, function, crate, cause, rule
	HAVING sum(blocked_ns) >= (SELECT advice_share_min FROM constant)
		* (SELECT sum(p.blocked_ns) FROM part AS p WHERE p.capture = c.capture
			AND p.function = c.function AND p.crate IS c.crate AND p.cause = c.cause)
)
SELECT w.capture, w.function, w.crate, w.cause, w.rule, w.advised, r.advice, r.documentation
FROM weighed AS w
JOIN advice_rule AS r ON r.id = (SELECT min(a.id) FROM advice_rule AS a WHERE a.rule = w.rule)
WHERE w.rank = 1;
