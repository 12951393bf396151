-- How much of what was recorded is not known for sure?
--
-- stacks: the sleeps and samples that should have a stack. Threads that were only preempted are not
-- among them, whether a stack was taken or not.
CREATE VIEW limits AS
WITH cut AS MATERIALIZED (
	SELECT e.capture, coalesce(k.stop, 'none taken') AS stop, count(*) AS stacks,
		sum(coalesce(s.preempted, 0)) AS preempted
	FROM observation AS e
	LEFT JOIN stack AS k ON k.id = e.stack
	LEFT JOIN offcpu_span AS s ON s.id = e.offcpu_span
	WHERE e.stack IS NULL OR e.stack IN (SELECT id FROM stack WHERE NOT complete)
	GROUP BY e.capture, k.stop
), unclassified AS MATERIALIZED (
	SELECT e.capture, count(*) AS spans, sum(e.end_ns - e.start_ns) AS wall_ns
	FROM observation AS e
	CROSS JOIN thread_role AS r ON r.thread = e.thread
	JOIN offcpu_span AS s ON s.id = e.offcpu_span
	WHERE r.role = 'worker' AND e.class = 'unknown' AND NOT e.without_core AND NOT s.preempted
		AND NOT EXISTS (SELECT 1 FROM blocking_poll AS b
			WHERE b.offcpu_span = e.offcpu_span)
	GROUP BY e.capture
), seen AS MATERIALIZED (
	SELECT c.id AS capture,
		(SELECT count(*) FROM observation AS e WHERE e.capture = c.id) AS stacks,
		(SELECT count(*) FROM offcpu_span AS s WHERE s.capture = c.id AND s.preempted)
			AS preempted
	FROM capture AS c
), unproven AS MATERIALIZED (
	SELECT capture, count(*) AS runs, sum(cpu_ns) AS cpu_ns
	FROM undecided_run
	GROUP BY capture
), unobserved AS MATERIALIZED (
	SELECT capture, count(*) AS polls, sum(cpu_ns) AS cpu_ns
	FROM unproven_poll
	WHERE reason = 'unobserved'
	GROUP BY capture
)
SELECT s.capture,
	s.stacks - s.preempted AS stacks,
	s.stacks - s.preempted
		- coalesce((SELECT sum(stacks - preempted) FROM cut
			WHERE cut.capture = s.capture), 0)
		AS stacks_complete,
	(SELECT group_concat(stop || ' ' || stacks, ', ') FROM (
		SELECT stop, stacks - preempted AS stacks FROM cut
		WHERE cut.capture = s.capture AND stacks > preempted
		ORDER BY 2 DESC, 1)) AS stops,
	coalesce(t.spans, 0) AS unclassified_spans, coalesce(t.wall_ns, 0) AS unclassified_span_ns,
	coalesce(u.runs, 0) AS unproven_runs, coalesce(u.cpu_ns, 0) AS unproven_cpu_ns,
	coalesce(o.polls, 0) AS unobserved_polls, coalesce(o.cpu_ns, 0) AS unobserved_cpu_ns,
	(SELECT count(*) FROM probe_wait AS w WHERE w.capture = s.capture) AS probe_waits,
	(SELECT coalesce(sum(w.wall_ns), 0) FROM probe_wait AS w WHERE w.capture = s.capture)
		AS probe_wait_ns,
	(SELECT count(*) FROM binary AS b WHERE b.capture = s.capture AND b.symbols = 'none')
		AS binaries_without_symbols
FROM seen AS s
LEFT JOIN unclassified AS t ON t.capture = s.capture
LEFT JOIN unproven AS u ON u.capture = s.capture
LEFT JOIN unobserved AS o ON o.capture = s.capture;
