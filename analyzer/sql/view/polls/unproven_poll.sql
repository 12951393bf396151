-- Which polls would be long enough to block, but are not known to be one long poll, and why?
--
-- `several`: their task was polled more than once in the same round of its scheduler (upper_bound).
-- `unobserved`: only clocks say that they lasted: no probe, sample or sleep was in them.
CREATE VIEW unproven_poll AS
SELECT p.capture, p.id AS poll, p.start_max_ns - c.start_ns AS at_ns, t.tid, t.comm,
	p.end_min_ns - p.start_max_ns - p.run_queue_ns - p.sleep_ns AS cpu_ns,
	CASE WHEN p.unobserved THEN 'unobserved' ELSE 'several' END AS reason, p.task
FROM poll AS p
JOIN capture AS c ON c.id = p.capture
JOIN thread AS t ON t.id = p.thread
JOIN process_source AS q ON q.process = t.process
WHERE (p.upper_bound OR p.unobserved) AND q.source <> 'stack'
	AND NOT EXISTS (SELECT 1 FROM tickless_process AS n
		WHERE n.process = t.process AND p.start_max_ns >= n.from_ns
			AND p.end_min_ns < n.until_ns)
	AND p.end_min_ns - p.start_max_ns - p.run_queue_ns - p.sleep_ns >= c.threshold_ns;
