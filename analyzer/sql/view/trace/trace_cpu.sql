-- Which watched thread ran on which CPU, as far as samples show it?
--
-- A row is a sample: the thread ran at end_ns, and counts as having run for a sampling period
-- before that.
CREATE VIEW trace_cpu AS
SELECT s.capture, s.cpu, s.thread,
	s.time_ns - p.sample_ns AS start_ns, s.time_ns AS end_ns
FROM sample AS s
JOIN sample_period AS p ON p.capture = s.capture;
