-- Which looks lie inside the blocking spans that kept their CPU, by stack and cause?
--
-- A look within the span whose stack tells nothing belongs to it, at the site `unknown`.
CREATE VIEW blocking_look AS
SELECT b.capture, b.id AS blocking_poll, b.wall_ns, b.run_queue_ns, s.cause,
	CASE WHEN e.class = 'poll' THEN e.stack END AS stack,
	count(*) AS looks
FROM blocking_poll AS b
JOIN look_run AS r ON r.id = b.look_run
JOIN evidence AS e ON e.thread = b.thread AND e.start_ns BETWEEN r.first_ns AND r.last_ns
JOIN sample AS s ON s.id = e.sample AND s.awake_ns = r.awake_ns
WHERE e.class IN ('poll', 'unknown')
GROUP BY b.id, s.cause, CASE WHEN e.class = 'poll' THEN e.stack END;
