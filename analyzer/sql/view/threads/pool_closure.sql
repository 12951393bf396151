-- Which sleeps and which stretches on a CPU of closures in the blocking pool were seen?
--
-- Sleeps at or over the threshold, and two or more samples in a row of one function without a sleep
-- between them: a closure that sleeps several times has several rows, and several of one function
-- may be one. On a CPU: without the time that it waited for one. function is the user's outermost:
-- the closure.
CREATE VIEW pool_closure AS
WITH slept AS (
	SELECT e.capture, e.thread, e.stack, s.cause, e.start_ns, e.end_ns - e.start_ns AS wall_ns
	FROM observation AS e
	JOIN offcpu_span AS s ON s.id = e.offcpu_span
	WHERE e.class = 'pool' AND NOT e.pool_idle
), sampled AS (
	SELECT e.capture, e.thread, e.stack, s.time_ns, s.waited_ns, s.awake_ns, k.entry_frame,
		e.class = 'pool' AND NOT e.pool_idle AS busy,
		row_number() OVER (PARTITION BY e.thread, s.awake_ns ORDER BY s.time_ns, s.id)
		- row_number() OVER (PARTITION BY e.thread, s.awake_ns, k.entry_frame,
			e.class = 'pool' AND NOT e.pool_idle ORDER BY s.time_ns, s.id) AS run
	FROM thread_summary AS u
	JOIN observation AS e ON e.thread = u.thread
	JOIN sample AS s ON s.id = e.sample
	LEFT JOIN stack AS k ON k.id = e.stack
	WHERE u.seen_in_pool
), ran AS (
	SELECT capture, thread, max(stack) AS stack, 'cpu' AS cause, min(time_ns) AS start_ns,
		max(time_ns) - min(time_ns) - (max(waited_ns) - min(waited_ns)) AS wall_ns
	FROM sampled
	WHERE busy
	GROUP BY thread, awake_ns, entry_frame, run
	HAVING count(*) > 1
), seen AS (
	SELECT * FROM slept UNION ALL SELECT * FROM ran
)
SELECT p.capture, p.thread, t.tid, p.start_ns - c.start_ns AS at_ns, p.wall_ns, p.cause, p.stack,
	coalesce(f.site, 'unknown') AS function, f.file, f.line
FROM seen AS p
JOIN thread AS t ON t.id = p.thread
JOIN capture AS c ON c.id = p.capture
LEFT JOIN stack AS k ON k.id = p.stack
LEFT JOIN frame AS f ON f.id = coalesce(k.entry_frame, k.site_frame);
