-- What can be done, and for what? Each advice once, that for the most time first: for sites that
-- stand for their function, if it is not small, and for what blocked the main future.
CREATE VIEW site_remedy AS
WITH advised AS MATERIALIZED (
	SELECT a.capture, a.rule, a.advice, a.documentation, a.site, n.function_ns AS total_ns
	FROM site_advice AS a
	JOIN site_function AS n ON n.site = a.site AND n.function_site = a.site AND NOT n.small
	UNION ALL
	SELECT capture, rule, advice, documentation, NULL, total_ns
	FROM main_sites
	WHERE rule IS NOT NULL
)
SELECT capture, rule, group_concat(site, ', ') AS sites, max(site IS NULL) AS main_future,
	sum(total_ns) AS total_ns, advice, documentation
FROM (SELECT * FROM advised ORDER BY capture, rule, total_ns DESC, site)
GROUP BY capture, rule
ORDER BY capture, total_ns DESC, rule;
