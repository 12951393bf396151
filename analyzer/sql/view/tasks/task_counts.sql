-- How many tasks of each type were there, as time went on? A number that only grows is a leak.
CREATE VIEW task_counts AS
SELECT c.capture, c.time_ns, n.task, sum(c.spawned) AS spawned, sum(c.found) AS found,
	sum(c.ended) AS ended, sum(c.spawned + c.found - c.ended) AS alive
FROM followed_count AS c
LEFT JOIN poller_names AS n ON n.site_stack = c.site_stack
GROUP BY c.capture, c.time_ns, n.task;
