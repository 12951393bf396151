-- When did the main future, which block_on drives on the main thread, block that thread? A row for
-- each part of each block: start_ns tells blocks apart, frame names the function.
--
-- A block_on elsewhere may be there to block, on a thread of its own. Counted are waits and runs of
-- samples at or over the threshold, without time waiting for a CPU, whose stack has code of the
-- user's inside the block_on: a future that only waits has none. Runs of samples with no sleep
-- between them are upper bounds, as several polls in a row look the same.
CREATE VIEW main_block AS
WITH main_thread AS MATERIALIZED (
	SELECT t.id AS thread
	FROM thread AS t JOIN process AS p ON p.id = t.process AND p.pid = t.tid
), root_stack AS MATERIALIZED (
	SELECT id, site_frame FROM stack
	WHERE class = 'root' AND site_frame IS NOT NULL AND entry_frame IS NOT NULL
), period AS MATERIALIZED (
	SELECT id AS capture, threshold_ns,
		CASE WHEN sample_hz > 0 THEN 1000000000 / sample_hz ELSE 0 END AS sample_ns
	FROM capture
), seen AS (
	SELECT s.capture, s.thread, s.awake_ns, s.time_ns, s.waited_ns, s.user_stack, k.site_frame,
		k.id IS NOT NULL AS own,
		row_number() OVER (PARTITION BY s.thread, s.awake_ns ORDER BY s.time_ns, s.id)
		- row_number() OVER (PARTITION BY s.thread, s.awake_ns, k.id IS NOT NULL
			ORDER BY s.time_ns, s.id) AS run
	FROM main_thread AS m
	CROSS JOIN sample AS s ON s.thread = m.thread
	LEFT JOIN root_stack AS k ON k.id = s.user_stack
), run AS (
	SELECT s.capture, s.thread, s.awake_ns, s.run, min(s.time_ns) AS start_ns,
		count(*) AS samples,
		max(s.time_ns) - min(s.time_ns) + p.sample_ns
			- (max(s.waited_ns) - min(s.waited_ns)) AS blocked_ns
	FROM seen AS s
	JOIN period AS p ON p.capture = s.capture
	JOIN constant AS c
	WHERE s.own
	GROUP BY s.capture, s.thread, s.awake_ns, s.run
	HAVING count(*) >= 2 AND max(s.time_ns) - min(s.time_ns)
		- (max(s.waited_ns) - min(s.waited_ns)) >= c.run_share_min * p.threshold_ns
)
SELECT o.capture, o.thread, o.start_ns, k.id AS stack, k.site_frame AS frame, o.cause,
	o.end_ns - o.start_ns - o.run_queue_ns AS blocked_ns, o.open, o.at_attach, 0 AS at_most
FROM main_thread AS m
CROSS JOIN offcpu_span AS o ON o.thread = m.thread
JOIN root_stack AS k ON k.id = o.user_stack
JOIN period AS p ON p.capture = o.capture
WHERE NOT o.preempted AND o.end_ns - o.start_ns - o.run_queue_ns >= p.threshold_ns
UNION ALL
SELECT r.capture, r.thread, r.start_ns, s.user_stack, s.site_frame, 'cpu',
	CAST(1.0 * r.blocked_ns * count(*) / r.samples AS INTEGER), 0, 0, 1
FROM run AS r
JOIN seen AS s ON s.thread = r.thread AND s.awake_ns = r.awake_ns AND s.run = r.run AND s.own
GROUP BY r.capture, r.thread, r.start_ns, s.user_stack;
