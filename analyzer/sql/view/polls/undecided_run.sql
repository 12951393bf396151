-- Which time on the CPU may be one long poll, or many short ones? That of tasks whose samples do
-- not tell, of threads whose state was never read, and of tasks that may have been polled several
-- times.
CREATE VIEW undecided_run AS
SELECT r.capture, r.last_ns - r.first_ns AS wall_ns
FROM stack_run AS r
JOIN capture AS c ON c.id = r.capture
JOIN activity_proof AS a ON a.capture = r.capture AND a.activity = r.activity
JOIN constant AS k
WHERE r.poll AND NOT a.proven AND r.samples >= 2
	AND r.last_ns - r.first_ns - r.waited_ns >= k.run_share_min * c.threshold_ns
UNION ALL
SELECT r.capture, r.last_ns - r.first_ns - r.waited_ns
FROM stateless_thread AS n
JOIN sample_run AS r ON r.thread = n.thread
JOIN capture AS c ON c.id = r.capture
JOIN constant AS k
WHERE r.poll AND r.samples >= 2
	AND r.last_ns - r.first_ns - r.waited_ns >= k.run_share_min * c.threshold_ns
	AND r.id NOT IN (SELECT s.id FROM stack_run AS s)
UNION ALL
SELECT capture, cpu_ns FROM unproven_poll WHERE reason = 'several';
