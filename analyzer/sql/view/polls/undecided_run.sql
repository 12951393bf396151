-- Which time on the CPU may be one long poll, or many short ones? That of tasks whose samples do
-- not tell, of threads whose state was never read, and of tasks that may have been polled several
-- times.
CREATE VIEW undecided_run AS
WITH long AS (
	SELECT id, capture, thread, activity, task, cpu_ns FROM run_length WHERE poll AND is_long
)
SELECT l.capture, l.cpu_ns, l.task
FROM long AS l
JOIN activity_proof AS a ON a.capture = l.capture AND a.activity = l.activity
WHERE NOT a.proven AND l.id IN (SELECT s.id FROM stack_run AS s)
UNION ALL
SELECT l.capture, l.cpu_ns, l.task
FROM stateless_thread AS n
JOIN long AS l ON l.thread = n.thread
WHERE l.id NOT IN (SELECT s.id FROM stack_run AS s)
UNION ALL
SELECT capture, cpu_ns, task FROM unproven_poll WHERE reason = 'several';
