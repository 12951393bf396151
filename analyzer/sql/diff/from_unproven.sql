-- In which tasks could computing have been one long poll or many short ones, so that it is no site?
SELECT DISTINCT r.task
FROM sample_run AS r
JOIN activity_proof AS a ON a.capture = r.capture AND a.activity = r.activity
JOIN capture AS c ON c.id = r.capture
JOIN constant AS k
WHERE r.capture = :capture AND r.poll AND NOT a.proven AND r.samples >= 2 AND r.task IS NOT NULL
	AND r.last_ns - r.first_ns - r.waited_ns >= k.run_share_min * c.threshold_ns;
