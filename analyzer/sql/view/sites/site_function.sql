-- Which site stands for each function, and how much of the blocked time is the function's?
--
-- A function can block by several causes, each a site of its own; the one with the most time stands
-- for all of them. The main future's sites are functions of their own. small: the function has less
-- than small_share (constant) of the blocked time.
CREATE VIEW site_function AS
WITH own AS (
	SELECT site, sum(blocked_ns) AS total_ns FROM site_poll GROUP BY site
), summed AS (
	SELECT s.capture, s.id AS site, first_value(s.id) OVER (PARTITION BY s.capture, s.main,
			s.crate, s.function ORDER BY t.total_ns DESC, s.cause) AS function_site,
		sum(t.total_ns) OVER (PARTITION BY s.capture, s.main, s.crate, s.function)
			AS function_ns,
		sum(t.total_ns) OVER (PARTITION BY s.capture, s.main) AS all_ns
	FROM site AS s
	JOIN own AS t ON t.site = s.id
)
SELECT u.capture, u.site, u.function_site, u.function_ns,
	u.function_ns < k.small_share * max(u.all_ns, 1) AS small
FROM summed AS u
JOIN constant AS k;
