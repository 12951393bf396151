-- Which watched thread ran on which CPU, as far as samples show it?
--
-- A row is a sample: the thread ran at end_ns, and counts as having run since the sample before it
-- on that CPU, but for a sampling period at most.
CREATE VIEW trace_cpu AS
SELECT s.capture, s.cpu, s.thread,
	max(s.time_ns - 1000000000 / max(coalesce(c.sample_hz, 1), 1),
		coalesce(lag(s.time_ns) OVER in_order, 0)) AS start_ns,
	s.time_ns AS end_ns
FROM sample AS s
JOIN capture AS c ON c.id = s.capture
WINDOW in_order AS (PARTITION BY s.capture, s.cpu ORDER BY s.time_ns, s.id);
