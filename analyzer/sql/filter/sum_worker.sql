-- How long was each worker blocked by the chosen blocking polls?
UPDATE temp.worker
SET blocking_ns = coalesce((SELECT sum(b.blocked_ns) FROM temp.blocking_poll AS b
		WHERE b.thread = worker.thread AND NOT b.main), 0),
	blocking_polls = (SELECT count(*) FROM temp.blocking_poll AS b
		WHERE b.thread = worker.thread AND NOT b.main);
