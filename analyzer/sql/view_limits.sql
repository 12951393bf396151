-- How much of what was recorded could be told apart?
CREATE VIEW limits AS
SELECT c.id AS capture,
	(SELECT count(*) FROM evidence AS e LEFT JOIN offcpu_span AS s ON s.id = e.offcpu_span
		WHERE e.capture = c.id AND NOT coalesce(s.preempted, 0)) AS stacks,
	(SELECT count(*) FROM evidence AS e JOIN stack AS k ON k.id = e.stack
		WHERE e.capture = c.id AND k.complete) AS stacks_complete,
	(SELECT group_concat(stop || ' ' || stacks, ', ') FROM (
		SELECT coalesce(k.stop, 'none taken') AS stop, count(*) AS stacks
		FROM evidence AS e LEFT JOIN offcpu_span AS s ON s.id = e.offcpu_span
		LEFT JOIN stack AS k ON k.id = e.stack
		WHERE e.capture = c.id AND NOT coalesce(s.preempted, 0) AND NOT coalesce(k.complete, 0)
		GROUP BY 1 ORDER BY 2 DESC, 1)) AS stops,
	(SELECT count(*) FROM evidence AS e JOIN thread_role AS r ON r.thread = e.thread
		WHERE e.capture = c.id AND r.role = 'worker' AND e.offcpu_span IS NOT NULL
		AND e.class = 'unknown' AND NOT e.coreless
		AND e.offcpu_span NOT IN (SELECT id FROM offcpu_span WHERE preempted)
		AND e.offcpu_span NOT IN (SELECT offcpu_span FROM blocking_poll
			WHERE offcpu_span IS NOT NULL)) AS unknown_spans,
	(SELECT coalesce(sum(e.end_ns - e.start_ns), 0)
		FROM evidence AS e JOIN thread_role AS r ON r.thread = e.thread
		WHERE e.capture = c.id AND r.role = 'worker' AND e.offcpu_span IS NOT NULL
		AND e.class = 'unknown' AND NOT e.coreless
		AND e.offcpu_span NOT IN (SELECT id FROM offcpu_span WHERE preempted)
		AND e.offcpu_span NOT IN (SELECT offcpu_span FROM blocking_poll
			WHERE offcpu_span IS NOT NULL)) AS unknown_span_ns,
	(SELECT count(*) FROM look_run AS r JOIN activity_proof AS a
		ON a.capture = r.capture AND a.activity = r.activity
		WHERE r.capture = c.id AND r.poll AND NOT a.proven AND r.looks >= 2
		AND r.last_ns - r.first_ns - r.waited_ns >= 0.98 * c.threshold_ns) AS unproven_runs,
	(SELECT coalesce(sum(r.last_ns - r.first_ns), 0) FROM look_run AS r JOIN activity_proof AS a
		ON a.capture = r.capture AND a.activity = r.activity
		WHERE r.capture = c.id AND r.poll AND NOT a.proven AND r.looks >= 2
		AND r.last_ns - r.first_ns - r.waited_ns >= 0.98 * c.threshold_ns) AS unproven_cpu_ns,
	(SELECT count(*) FROM binary AS b WHERE b.capture = c.id AND b.symbols = 'none')
		AS binaries_without_symbols
FROM capture AS c;
