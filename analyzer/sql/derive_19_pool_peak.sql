-- How many threads of the blocking pool were seen at work at the same moment, at the most?
INSERT INTO pool_peak
WITH edge AS (
	SELECT e.thread, e.start_ns AS time_ns, 1 AS step
	FROM evidence AS e
	WHERE e.capture = :capture AND e.class = 'pool' AND NOT e.pool_idle
	UNION ALL
	SELECT e.thread,
		CASE WHEN e.sample IS NULL THEN e.end_ns
			ELSE e.end_ns + 1000000000 / max(coalesce(c.look_hz, 1), 1) END, -1
	FROM evidence AS e
	CROSS JOIN capture AS c ON c.id = e.capture
	WHERE e.capture = :capture AND e.class = 'pool' AND NOT e.pool_idle
), at_work AS (
	SELECT thread, time_ns, sum(step) OVER (PARTITION BY thread
		ORDER BY time_ns, step DESC ROWS UNBOUNDED PRECEDING) AS depth, step
	FROM edge
), begun AS (
	SELECT time_ns, step FROM at_work
	WHERE (step = 1 AND depth = 1) OR (step = -1 AND depth = 0)
), crowd AS (
	SELECT sum(step) OVER (ORDER BY time_ns, step ROWS UNBOUNDED PRECEDING) AS busy
	FROM begun
)
SELECT :capture, coalesce(max(busy), 0) FROM crowd;
