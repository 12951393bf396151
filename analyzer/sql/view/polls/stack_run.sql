-- Which runs of samples are in polls that are known by stacks alone: of processes of which nothing
-- else is known, of others where their state was not read, and of those whose state does not tell
-- polls apart, but for polls that a probe would have seen begin, unless another may have followed?
CREATE VIEW stack_run AS
SELECT r.*
FROM run_length AS r
JOIN thread AS t ON t.id = r.thread
JOIN process_source AS q ON q.process = t.process
LEFT JOIN state_known AS y ON y.process = t.process
LEFT JOIN tickless_process AS n ON n.process = t.process
WHERE q.source = 'stack' OR r.last_ns < y.from_ns
	/* It takes a while until all threads are read as a layout says that was just learned. */
	OR (r.first_ns < y.from_ns AND NOT EXISTS (SELECT 1 FROM sample AS s
		WHERE s.thread = r.thread AND s.time_ns BETWEEN r.first_ns AND r.last_ns
			AND s.runtime_state IS NOT NULL))
	OR (r.first_ns >= n.from_ns AND r.last_ns < n.until_ns
		AND (NOT EXISTS (SELECT 1 FROM probe_time AS x
				WHERE x.capture = r.capture AND x.attached
					AND r.first_ns >= x.from_ns AND r.first_ns < x.until_ns)
			OR EXISTS (SELECT 1 FROM poll AS p
				WHERE p.thread = r.thread AND p.start_exact AND p.upper_bound
					AND p.start_max_ns <= r.first_ns
					AND p.end_min_ns >= r.last_ns)));
