-- How many tasks of a dump were read, and of how many is it not known what they wait for?
CREATE VIEW task_outcomes AS
SELECT capture, dump, outcome, count(*) AS tasks, sum(woken) AS woken, sum(finished) AS finished,
	sum(cancelled) AS cancelled, coalesce(sum(started = 0), 0) AS never_polled
FROM dumped_tasks
GROUP BY capture, dump, outcome;
