-- The sites and stacks of the same polls.
WITH shown AS MATERIALIZED (
	SELECT id FROM blocking_poll
	WHERE capture = :capture AND NOT main
	ORDER BY wall_ns DESC, id
	LIMIT :polls
)
SELECT s.blocking_poll, s.site, s.stack, sum(s.blocked_ns) AS blocked_ns
FROM shown AS p
CROSS JOIN slice AS s ON s.blocking_poll = p.id
GROUP BY s.blocking_poll, s.site, s.stack
HAVING sum(s.blocked_ns) > 0;
