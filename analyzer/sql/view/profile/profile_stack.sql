-- With which stacks was time spent: in blocking polls, and on CPUs?
--
-- kind `blocked`: the time of blocking polls by site and stack, as in site_time; it adds up to the
-- blocked time of the sites. kind `cpu`: the CPU time of all threads, as in sample_weight. Where no
-- stack shows it, stack is NULL. kind `main`: as `blocked`, of the main future.
CREATE VIEW profile_stack AS
SELECT s.capture, CASE WHEN s.main THEN 'main' ELSE 'blocked' END AS kind,
	s.cause, t.site, s.function, t.stack, sum(t.count) AS count,
	sum(t.blocked_ns) AS ns
FROM site_time AS t
JOIN site AS s ON s.id = t.site
GROUP BY t.site, t.stack
HAVING sum(t.blocked_ns) > 0
UNION ALL
SELECT capture, 'cpu', NULL, NULL, NULL, stack, sum(samples),
	CAST(round(total(cpu_ns)) AS INTEGER)
FROM sample_weight
GROUP BY capture, stack
HAVING total(cpu_ns) >= 0.5;
