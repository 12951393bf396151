-- Which rules of advice.rules fit a function, for each cause? Where the linker folded several
-- functions into one, which of them it was is not known: the rules that fit all of them.
CREATE VIEW frame_advice AS
SELECT f.id AS frame, c.name AS cause, r.rule, r.condition
FROM frame AS f
CROSS JOIN cause AS c
JOIN advice_rule AS r ON c.name GLOB r.cause AND f.site GLOB r.function
WHERE NOT EXISTS (SELECT 1 FROM frame_alias AS a
	WHERE a.frame = f.id AND NOT EXISTS (SELECT 1 FROM advice_rule AS o
		WHERE o.rule = r.rule AND c.name GLOB o.cause AND a.function GLOB o.function));
