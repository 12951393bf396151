-- A blocking poll is as long as its chosen slices together.
UPDATE temp.blocking_poll
SET wall_ns = h.wall_ns, run_queue_ns = h.run_queue_ns
FROM (SELECT blocking_poll, sum(wall_ns) AS wall_ns, sum(run_queue_ns) AS run_queue_ns
	FROM temp.slice GROUP BY blocking_poll) AS h
WHERE h.blocking_poll = blocking_poll.id;
