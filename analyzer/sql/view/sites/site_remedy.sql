-- What can be done, and for what? Each advice once, that for the most time first: for sites that
-- stand for their function, if it is not small; main_sites are those of the main future.
CREATE VIEW site_remedy AS
WITH advised AS MATERIALIZED (
	SELECT a.capture, a.rule, a.advice, a.documentation, n.function_ns AS total_ns,
		CASE WHEN NOT s.main THEN a.site END AS site,
		CASE WHEN s.main THEN a.site END AS main_site
	FROM site_advice AS a
	JOIN site_function AS n ON n.site = a.site AND n.function_site = a.site AND NOT n.small
	JOIN site AS s ON s.id = a.site
)
SELECT capture, rule, group_concat(site, ', ') AS sites,
	group_concat(main_site, ', ') AS main_sites, sum(total_ns) AS total_ns, advice,
	documentation
FROM (SELECT * FROM advised ORDER BY capture, rule, total_ns DESC, site)
GROUP BY capture, rule
ORDER BY capture, total_ns DESC, rule;
