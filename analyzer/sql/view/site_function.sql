-- Which site stands for each function? A function can block by several causes, each a site of its
-- own; the one with the most time stands for all of them.
CREATE VIEW site_function AS
SELECT s.capture, s.id AS site, first_value(s.id) OVER (PARTITION BY s.capture, s.crate, s.function
	ORDER BY t.total_ns DESC, s.cause) AS function_site
FROM site AS s
JOIN (SELECT site, sum(wall_ns - run_queue_ns) AS total_ns FROM site_poll GROUP BY site) AS t
	ON t.site = s.id;
