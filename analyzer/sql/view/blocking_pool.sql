-- How busy was the blocking pool?
--
-- peak_busy is the most of its threads seen at work at the same moment: a lower bound.
CREATE VIEW blocking_pool AS
SELECT p.capture, p.threads, p.peak_busy, p.busy_ns, p.idle_ns,
	CASE WHEN p.threads > 0 AND c.end_ns > c.start_ns
		THEN 100.0 * p.busy_ns / p.threads / (c.end_ns - c.start_ns) END AS busy_percent,
	p.block_in_place_ns, p.block_in_place_count
FROM pool AS p
JOIN capture AS c ON c.id = p.capture;
