-- Which looks lie inside the blocking polls that were on a CPU, by stack and cause?
--
-- A look within the poll whose stack tells nothing belongs to it, at the site `unknown`.
CREATE VIEW blocking_look AS
SELECT b.id AS blocking_poll, s.cause, CASE WHEN e.class = 'poll' THEN e.stack END AS stack,
	count(*) AS looks
FROM blocking_poll AS b
JOIN look_run AS r ON r.id = b.look_run
JOIN evidence AS e ON e.thread = b.thread AND e.start_ns BETWEEN r.first_ns AND r.last_ns
JOIN sample AS s ON s.id = e.sample AND s.awake_ns = r.awake_ns
WHERE e.class IN ('poll', 'unknown')
GROUP BY b.id, s.cause, CASE WHEN e.class = 'poll' THEN e.stack END
UNION ALL
SELECT b.id, s.cause, CASE WHEN k.class = 'poll' THEN k.id END, count(*)
FROM blocking_poll AS b
JOIN poll AS p ON p.id = b.poll
JOIN sample AS s ON s.thread = p.thread AND s.poll_ns = p.start_max_ns
LEFT JOIN stack AS k ON k.id = s.user_stack
GROUP BY b.id, s.cause, CASE WHEN k.class = 'poll' THEN k.id END;
