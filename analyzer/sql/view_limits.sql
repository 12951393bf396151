-- How much of what was recorded could be told apart?
CREATE VIEW limits AS
WITH cut AS MATERIALIZED (
	SELECT e.capture, coalesce(k.stop, 'none taken') AS stop, count(*) AS stacks,
		sum(coalesce(s.preempted, 0)) AS preempted
	FROM evidence AS e
	LEFT JOIN stack AS k ON k.id = e.stack
	LEFT JOIN offcpu_span AS s ON s.id = e.offcpu_span
	WHERE e.stack IS NULL OR e.stack IN (SELECT id FROM stack WHERE NOT complete)
	GROUP BY e.capture, k.stop
), untold AS MATERIALIZED (
	SELECT e.capture, count(*) AS spans, sum(e.end_ns - e.start_ns) AS wall_ns
	FROM evidence AS e
	CROSS JOIN thread_role AS r ON r.thread = e.thread
	JOIN offcpu_span AS s ON s.id = e.offcpu_span
	WHERE r.role = 'worker' AND e.class = 'unknown' AND NOT e.coreless AND NOT s.preempted
		AND NOT EXISTS (SELECT 1 FROM blocking_poll AS b
			WHERE b.offcpu_span = e.offcpu_span)
	GROUP BY e.capture
), seen AS MATERIALIZED (
	SELECT c.id AS capture,
		(SELECT count(*) FROM evidence AS e WHERE e.capture = c.id) AS stacks,
		(SELECT count(*) FROM offcpu_span AS s WHERE s.capture = c.id AND s.preempted)
			AS preempted
	FROM capture AS c
), unproven AS MATERIALIZED (
	SELECT r.capture, count(*) AS runs, sum(r.last_ns - r.first_ns) AS wall_ns
	FROM look_run AS r
	JOIN capture AS c ON c.id = r.capture
	JOIN activity_proof AS a ON a.capture = r.capture AND a.activity = r.activity
	WHERE r.poll AND NOT a.proven AND r.looks >= 2
		AND r.last_ns - r.first_ns - r.waited_ns >= 0.98 * c.threshold_ns
	GROUP BY r.capture
)
SELECT s.capture,
	s.stacks - s.preempted AS stacks,
	s.stacks - coalesce((SELECT sum(stacks) FROM cut WHERE cut.capture = s.capture), 0)
		AS stacks_complete,
	(SELECT group_concat(stop || ' ' || stacks, ', ') FROM (
		SELECT stop, stacks - preempted AS stacks FROM cut
		WHERE cut.capture = s.capture AND stacks > preempted
		ORDER BY 2 DESC, 1)) AS stops,
	coalesce(t.spans, 0) AS unknown_spans, coalesce(t.wall_ns, 0) AS unknown_span_ns,
	coalesce(u.runs, 0) AS unproven_runs, coalesce(u.wall_ns, 0) AS unproven_cpu_ns,
	(SELECT count(*) FROM binary AS b WHERE b.capture = s.capture AND b.symbols = 'none')
		AS binaries_without_symbols
FROM seen AS s
LEFT JOIN untold AS t ON t.capture = s.capture
LEFT JOIN unproven AS u ON u.capture = s.capture;
