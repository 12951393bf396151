-- In which state of a worker was a thread in each of its sleeps, for how long?
--
-- Clipped to the time the thread was watched, and to what no earlier span of it covers.
-- state is NULL where the thread was not at work as a worker.
CREATE VIEW span_state AS
WITH clipped AS (
	SELECT e.capture, e.thread, e.id AS evidence, e.offcpu_span, e.class, e.as_worker,
		s.preempted, s.run_queue_ns,
		max(e.start_ns, w.start_ns, coalesce(max(e.end_ns) OVER (
			PARTITION BY e.capture, e.thread ORDER BY e.start_ns, e.id
			ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), e.start_ns)) AS start_ns,
		min(e.end_ns, w.end_ns) AS end_ns
	FROM evidence AS e
	JOIN offcpu_span AS s ON s.id = e.offcpu_span
	JOIN thread_watched AS w ON w.thread = e.thread
)
SELECT c.capture, c.thread, c.offcpu_span, c.start_ns, max(c.end_ns, c.start_ns) AS end_ns,
	max(c.end_ns - c.start_ns, 0) AS wall_ns,
	CASE WHEN c.preempted THEN max(c.end_ns - c.start_ns, 0)
		ELSE max(min(c.run_queue_ns, c.end_ns - c.start_ns), 0) END AS run_queue_ns,
	CASE
	WHEN NOT c.as_worker THEN NULL
	WHEN c.class = 'poll' OR b.id IS NOT NULL THEN 'poll-off-cpu'
	WHEN c.class = 'park' THEN 'parked'
	WHEN c.class = 'runtime' THEN 'runtime'
	ELSE 'unknown'
	END AS state
FROM clipped AS c
LEFT JOIN blocking_poll AS b ON b.offcpu_span = c.offcpu_span;
