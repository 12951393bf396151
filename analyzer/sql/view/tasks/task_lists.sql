-- Which lists of tasks were read in a dump?
--
-- One of each runtime or LocalSet. always_found: at each dump, as that of a scheduler with workers;
-- others only where a thread was asleep in them.
CREATE VIEW task_lists AS
SELECT r.capture, r.process, r.dump, r.owner, r.broken,
	coalesce(NOT s.single_threaded, 0) AS always_found
FROM task_runtime AS r
LEFT JOIN scheduler AS s ON s.name = r.scheduler;
