-- The blocking polls that are not shown one by one, by column of the timeline and worker.
WITH shown AS MATERIALIZED (
	SELECT id FROM blocking_poll
	WHERE capture = :capture AND NOT main
	ORDER BY wall_ns DESC, id
	LIMIT -1 OFFSET :polls
), chosen AS MATERIALIZED (
	SELECT capture, start_ns, max((end_ns - start_ns) / 1000, 1) AS column_ns
	FROM chosen_time
	WHERE capture = :capture
)
SELECT b.thread, (b.start_ns - c.start_ns) / c.column_ns * c.column_ns AS start_ns,
	c.column_ns AS length_ns, count(*) AS polls, sum(b.blocked_ns) AS blocked_ns
FROM shown AS s
JOIN blocking_poll AS b ON b.id = s.id
JOIN chosen AS c ON c.capture = b.capture
GROUP BY b.thread, (b.start_ns - c.start_ns) / c.column_ns;
