-- How long, how often was each thread seen doing what? All sums of a thread's evidence that are asked
-- for more than once.
INSERT INTO thread_seen
SELECT e.thread, t.capture, min(e.start_ns), max(e.end_ns),
	count(e.sample),
	count(CASE WHEN e.class = 'poll' AND e.as_worker THEN e.sample END),
	count(CASE WHEN e.class IN ('runtime', 'park') THEN e.sample END),
	count(CASE WHEN e.class = 'unknown' AND e.as_worker THEN e.sample END),
	count(CASE WHEN e.class = 'pool' THEN e.sample END),
	count(CASE WHEN e.class = 'block-in-place' THEN e.sample END),
	count(CASE WHEN e.class = 'root' THEN e.sample END),
	count(CASE WHEN NOT e.as_worker THEN e.sample END),
	count(CASE WHEN e.class = 'unknown' THEN e.sample END),
	sum(e.end_ns - e.start_ns),
	coalesce(sum(e.run_queue_ns), 0), coalesce(max(e.run_queue_ns), 0),
	sum(CASE WHEN e.class = 'unknown' THEN e.end_ns - e.start_ns ELSE 0 END),
	sum(CASE WHEN e.class = 'pool' AND NOT e.pool_idle THEN e.end_ns - e.start_ns ELSE 0 END),
	sum(CASE WHEN e.pool_idle AND e.class = 'pool' THEN e.end_ns - e.start_ns ELSE 0 END),
	sum(CASE WHEN e.class = 'block-in-place' THEN e.end_ns - e.start_ns ELSE 0 END),
	count(CASE WHEN e.class = 'block-in-place' THEN e.offcpu_span END),
	sum(CASE WHEN e.class = 'root' THEN e.end_ns - e.start_ns ELSE 0 END),
	count(CASE WHEN e.class = 'root' THEN e.offcpu_span END),
	sum(CASE WHEN e.coreless AND e.class = 'poll' THEN e.end_ns - e.start_ns ELSE 0 END),
	count(CASE WHEN e.coreless AND e.class = 'poll' THEN e.offcpu_span END),
	max(e.as_worker AND e.class <> 'unknown'),
	max(e.class = 'pool'),
	max(e.class = 'block-in-place'),
	max(e.class = 'root'),
	max(e.class = 'other')
FROM thread AS t
CROSS JOIN evidence AS e ON e.thread = t.id
WHERE t.capture = :capture
GROUP BY t.id;
