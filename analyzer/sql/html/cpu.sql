-- CPU time by stack in two hundred parts of the chosen time: as profile has it, for a part of it.
WITH chosen AS MATERIALIZED (
	SELECT start_ns, max((end_ns - start_ns + 199) / 200, 1) AS part_ns
	FROM chosen_time
	WHERE capture = :capture
)
SELECT (s.time_ns - c.start_ns) / c.part_ns * c.part_ns AS start_ns, c.part_ns AS length_ns,
	s.stack, CAST(round(total(s.cpu_ns)) AS INTEGER) AS ns
FROM chosen AS c
CROSS JOIN cpu_sample AS s
WHERE s.capture = :capture
GROUP BY (s.time_ns - c.start_ns) / c.part_ns, s.stack
ORDER BY ns DESC, start_ns, s.stack
LIMIT :polls;
