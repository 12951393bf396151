-- How much of each blocking poll was in which function, by whatever cause? function_site: the site
-- that stands for the function (site_function).
CREATE VIEW function_poll AS
SELECT p.capture, n.function_site, p.blocking_poll, sum(p.wall_ns) AS wall_ns,
	sum(p.run_queue_ns) AS run_queue_ns, sum(p.blocked_ns) AS blocked_ns
FROM site_poll AS p
JOIN site_function AS n ON n.site = p.site
GROUP BY n.function_site, p.blocking_poll;
