-- CPU time by stack in two hundred parts of the chosen time: as profile has it, for a part of it.
WITH chosen AS MATERIALIZED (
	SELECT start_ns, max((end_ns - start_ns + 199) / 200, 1) AS part_ns
	FROM chosen_time
	WHERE capture = :capture
)
SELECT (s.time_ns - c.start_ns) / c.part_ns * c.part_ns AS start_ns, c.part_ns AS length_ns,
	s.user_stack AS stack, CAST(round(total(1.0 * t.cpu_ns / t.samples)) AS INTEGER) AS ns
FROM thread_samples AS t
JOIN chosen AS c
CROSS JOIN sample AS s ON s.thread = t.thread AND (s.profile OR NOT t.by_profile)
WHERE t.capture = :capture
GROUP BY (s.time_ns - c.start_ns) / c.part_ns, s.user_stack
ORDER BY ns DESC, start_ns, stack
LIMIT :polls;
