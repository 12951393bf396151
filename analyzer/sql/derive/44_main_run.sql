-- In which consecutive samples, with no sleep between them, did the main future compute?
--
-- The future that block_on drives on the main thread. A block_on elsewhere may be there to block,
-- on a thread of its own. Samples count whose stack has code of the user's inside the block_on.
INSERT INTO sample_run (capture, thread, awake_ns, activity, poll, samples, first_ns, last_ns,
	waited_ns)
WITH seen AS (
	SELECT s.thread, s.awake_ns, s.time_ns, s.waited_ns, k.id IS NOT NULL AS own,
		row_number() OVER (PARTITION BY s.thread, s.awake_ns ORDER BY s.time_ns, s.id)
		- row_number() OVER (PARTITION BY s.thread, s.awake_ns, k.id IS NOT NULL
			ORDER BY s.time_ns, s.id) AS run
	FROM thread AS t
	JOIN process AS p ON p.id = t.process AND p.pid = t.tid
	CROSS JOIN sample AS s ON s.thread = t.id
	LEFT JOIN stack AS k ON k.id = s.user_stack AND k.class = 'root'
		AND k.site_frame IS NOT NULL AND k.entry_frame IS NOT NULL
	WHERE t.capture = :capture
)
SELECT :capture, thread, awake_ns, 'main future', 0, count(*), min(time_ns), max(time_ns),
	max(waited_ns) - min(waited_ns)
FROM seen
WHERE own
GROUP BY thread, awake_ns, run
ORDER BY thread, awake_ns, min(time_ns);
