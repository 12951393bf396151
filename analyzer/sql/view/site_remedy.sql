-- What can be done, and for which sites? Each advice once, that for the most time first. Sites that
-- stand for their function, with small_share of the blocked time or more.
CREATE VIEW site_remedy AS
WITH advised AS MATERIALIZED (
	SELECT a.capture, a.rule, a.advice, a.documentation, a.site, f.total_ns
	FROM site_advice AS a
	JOIN blocking_functions AS f ON f.site = a.site AND NOT f.small
)
SELECT capture, rule, group_concat(site, ', ') AS sites, sum(total_ns) AS total_ns, advice,
	documentation
FROM (SELECT * FROM advised ORDER BY capture, rule, total_ns DESC, site)
GROUP BY capture, rule
ORDER BY capture, total_ns DESC, rule;
