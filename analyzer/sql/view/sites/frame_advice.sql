-- Which rules of advice.rules fit a function, for each cause? Where the linker folded several
-- functions into one, which of them it was is not known: the rules that fit all of them.
--
-- What is inlined there is one function's, whichever debug information describes. Where the others
-- have other advice, it gives none but that which fits them too. (Rows of one address follow each
-- other, the function itself last.)
CREATE VIEW frame_advice AS
SELECT f.id AS frame, c.name AS cause, r.rule, r.condition
FROM frame AS f
CROSS JOIN cause AS c
JOIN advice_rule AS r ON c.name GLOB r.cause AND f.site GLOB r.function
WHERE NOT EXISTS (SELECT 1 FROM frame_alias AS a
	JOIN frame AS o ON o.id = a.frame
	WHERE a.frame = (SELECT min(n.id) FROM frame AS n WHERE n.id >= f.id AND NOT n.inlined)
	AND NOT EXISTS (SELECT 1 FROM advice_rule AS u
		WHERE u.rule = r.rule AND c.name GLOB u.cause AND a.function GLOB u.function)
	AND (NOT f.inlined
		OR EXISTS (SELECT u.rule FROM advice_rule AS u
			WHERE c.name GLOB u.cause AND o.site GLOB u.function
			EXCEPT SELECT u.rule FROM advice_rule AS u
			WHERE c.name GLOB u.cause AND a.function GLOB u.function)
		OR EXISTS (SELECT u.rule FROM advice_rule AS u
			WHERE c.name GLOB u.cause AND a.function GLOB u.function
			EXCEPT SELECT u.rule FROM advice_rule AS u
			WHERE c.name GLOB u.cause AND o.site GLOB u.function)));
