-- How did each thread spend its time on CPUs, its time being exact, its division by looks?
--
-- Most looks at young polls are only counted (poll_looks of thread_spent), all others have a sample.
-- NULL where there was no look at the thread.
CREATE VIEW thread_cpu AS
WITH looked AS (
	SELECT s.thread,
		coalesce(l.looks - l.poll_looks, 0) + max(coalesce(l.poll_looks, 0), s.poll_looks)
			AS looks,
		max(coalesce(l.poll_looks, 0), s.poll_looks) AS poll_looks,
		coalesce(l.runtime_looks, 0) AS runtime_looks, coalesce(l.pool_looks, 0) AS pool_looks,
		coalesce(l.in_place_looks, 0) AS in_place_looks,
		coalesce(l.root_looks, 0) AS root_looks,
		coalesce(l.not_worker_looks, 0) AS not_worker_looks
	FROM thread_spent AS s
	LEFT JOIN thread_seen AS l ON l.thread = s.thread
	WHERE l.looks > 0 OR s.poll_looks > 0
)
SELECT s.capture, s.thread, s.cpu_ns, s.sleep_ns, s.run_queue_ns, s.parked_ns, s.poll_sleep_ns,
	l.looks,
	s.cpu_ns / l.looks * l.poll_looks + s.cpu_ns % l.looks * l.poll_looks / l.looks AS poll_cpu_ns,
	s.cpu_ns / l.looks * l.runtime_looks
		+ s.cpu_ns % l.looks * l.runtime_looks / l.looks AS runtime_cpu_ns,
	s.cpu_ns / l.looks * l.pool_looks + s.cpu_ns % l.looks * l.pool_looks / l.looks AS pool_cpu_ns,
	s.cpu_ns / l.looks * l.in_place_looks
		+ s.cpu_ns % l.looks * l.in_place_looks / l.looks AS in_place_cpu_ns,
	s.cpu_ns / l.looks * l.root_looks + s.cpu_ns % l.looks * l.root_looks / l.looks AS root_cpu_ns,
	s.cpu_ns / l.looks * l.not_worker_looks
		+ s.cpu_ns % l.looks * l.not_worker_looks / l.looks AS other_cpu_ns
FROM thread_spent AS s
LEFT JOIN looked AS l ON l.thread = s.thread;
