-- In which state of a worker was a thread in each of its sleeps, for how long?
--
-- Clipped to the time the thread was watched, and to what no earlier span of it covers.
-- state is NULL where the thread was not at work as a worker.
CREATE VIEW span_state AS
WITH watched AS MATERIALIZED (
	SELECT * FROM thread_watched
), clipped AS (
	SELECT w.capture, w.thread, e.offcpu_span, e.class, e.as_worker, e.run_queue_ns,
		max(e.start_ns, e.clear_ns, w.start_ns) AS start_ns, min(e.end_ns, w.end_ns) AS end_ns
	FROM watched AS w
	CROSS JOIN evidence AS e ON e.thread = w.thread
	WHERE e.offcpu_span IS NOT NULL
)
SELECT capture, thread, offcpu_span, start_ns, max(end_ns, start_ns) AS end_ns,
	max(end_ns - start_ns, 0) AS wall_ns,
	max(min(run_queue_ns, end_ns - start_ns), 0) AS run_queue_ns,
	CASE
	WHEN NOT as_worker THEN NULL
	WHEN class = 'poll' OR EXISTS (SELECT 1 FROM blocking_poll AS b
		WHERE b.offcpu_span = clipped.offcpu_span) THEN 'poll-off-cpu'
	WHEN class = 'park' THEN 'parked'
	WHEN class = 'runtime' THEN 'runtime'
	ELSE 'unknown'
	END AS state
FROM clipped;
