-- What can be done, and for which sites? Each advice once, that for the most time first. Sites that
-- stand for their function, if it is not small.
CREATE VIEW site_remedy AS
WITH advised AS MATERIALIZED (
	SELECT a.capture, a.rule, a.advice, a.documentation, a.site, n.function_ns AS total_ns
	FROM site_advice AS a
	JOIN site_function AS n ON n.site = a.site AND n.function_site = a.site AND NOT n.small
)
SELECT capture, rule, group_concat(site, ', ') AS sites, sum(total_ns) AS total_ns, advice,
	documentation
FROM (SELECT * FROM advised ORDER BY capture, rule, total_ns DESC, site)
GROUP BY capture, rule
ORDER BY capture, total_ns DESC, rule;
