-- What can be done, and for what? Each advice once, that for the most time first: for functions
-- that are not small, by the site that stands for each, and for each of their causes that took
-- cause_share_min of their time. main_sites are those of the main future.
CREATE VIEW site_remedy AS
WITH advised AS MATERIALIZED (
	SELECT a.capture, a.rule, a.advice, a.documentation, max(n.function_ns) AS total_ns,
		CASE WHEN NOT s.main THEN n.function_site END AS site,
		CASE WHEN s.main THEN n.function_site END AS main_site
	FROM site_advice AS a
	JOIN site_function AS n ON n.site = a.site AND NOT n.small
	JOIN site_figures AS f ON f.site = a.site
	JOIN site AS s ON s.id = a.site
	JOIN constant AS k ON n.function_site = a.site
		OR f.total_ns >= k.cause_share_min * n.function_ns
	GROUP BY a.rule, n.function_site
)
SELECT capture, rule, group_concat(site, ', ') AS sites,
	group_concat(main_site, ', ') AS main_sites, sum(total_ns) AS total_ns, advice,
	documentation
FROM (SELECT * FROM advised ORDER BY capture, rule, total_ns DESC, site)
GROUP BY capture, rule
ORDER BY capture, total_ns DESC, rule;
