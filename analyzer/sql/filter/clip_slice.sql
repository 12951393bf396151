-- The slices of a blocking poll that the chosen time cuts shrink in proportion. Running sums are
-- scaled, not slices, so that the slices add up to exactly what is left of the poll.
WITH cut AS (
	SELECT b.id, b.wall_ns, b.run_queue_ns,
		min(b.end_ns, coalesce(l.to_ns, b.end_ns))
			- max(b.start_ns, coalesce(l.from_ns, b.start_ns)) AS part_ns,
		CASE WHEN b.kind = 'off-cpu'
			THEN max(0, min(b.end_ns, coalesce(l.to_ns, b.end_ns))
				- max(b.end_ns - b.run_queue_ns, coalesce(l.from_ns, b.start_ns)))
			ELSE CAST(1.0 * b.run_queue_ns * (min(b.end_ns, coalesce(l.to_ns, b.end_ns))
					- max(b.start_ns, coalesce(l.from_ns, b.start_ns)))
				/ b.wall_ns AS INTEGER) END AS part_queue_ns
	FROM filter AS l
	JOIN temp.blocking_poll AS b ON b.capture = l.capture
		AND (b.start_ns < l.from_ns OR b.end_ns > l.to_ns)
), running AS (
	SELECT s.id, s.wall_ns, s.run_queue_ns, c.wall_ns AS whole_ns, c.run_queue_ns AS queue_ns,
		c.part_ns, c.part_queue_ns,
		sum(s.wall_ns) OVER upto AS wall_upto_ns,
		sum(s.run_queue_ns) OVER upto AS queue_upto_ns
	FROM main.slice AS s
	JOIN cut AS c ON c.id = s.blocking_poll
	WINDOW upto AS (PARTITION BY s.blocking_poll ORDER BY s.id ROWS UNBOUNDED PRECEDING)
), shrunk AS (
	SELECT id,
		CASE WHEN wall_upto_ns = whole_ns THEN part_ns
			ELSE CAST(1.0 * part_ns * wall_upto_ns / whole_ns AS INTEGER) END
		- CAST(1.0 * part_ns * (wall_upto_ns - wall_ns) / whole_ns AS INTEGER) AS wall_ns,
		CASE WHEN queue_upto_ns = queue_ns THEN part_queue_ns
			ELSE CAST(1.0 * part_queue_ns * queue_upto_ns / queue_ns AS INTEGER) END
		- CASE WHEN queue_upto_ns - run_queue_ns = queue_ns THEN part_queue_ns
			ELSE CAST(1.0 * part_queue_ns * (queue_upto_ns - run_queue_ns)
				/ queue_ns AS INTEGER) END AS run_queue_ns
	FROM running
)
UPDATE temp.slice
SET wall_ns = h.wall_ns, run_queue_ns = h.run_queue_ns
FROM shrunk AS h
WHERE h.id = slice.id;
