-- How long did the chosen blocking polls keep each worker?
UPDATE temp.worker
SET blocking_ns = coalesce((SELECT sum(b.wall_ns) FROM temp.blocking_poll AS b
		WHERE b.thread = worker.thread), 0),
	blocking_polls = (SELECT count(*) FROM temp.blocking_poll AS b
		WHERE b.thread = worker.thread);
