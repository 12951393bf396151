-- Blocked time by side, cause and stack, in ms per worker-second.
WITH watched AS (
	SELECT side, total(worker_wall_ns) AS worker_ns
	FROM compared
	GROUP BY side
)
SELECT c.side, p.cause, p.compared || '.' || p.stack AS stack,
	1e3 * p.blocked_ns / nullif(w.worker_ns, 0) AS ms
FROM profile AS p
JOIN compared AS c ON c.id = p.compared
JOIN watched AS w ON w.side = c.side;
