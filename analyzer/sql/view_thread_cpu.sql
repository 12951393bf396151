-- How did each thread spend its time on CPUs, its time being exact, its division by looks?
--
-- Most looks at young polls are only counted (poll_looks of thread_window), all others have a sample.
-- NULL where there was no look at the thread.
CREATE VIEW thread_cpu AS
WITH spent AS (
	SELECT capture, thread, sum(cpu_ns) AS cpu_ns, sum(sleep_ns) AS sleep_ns,
		sum(run_queue_ns) AS run_queue_ns, sum(parked_ns) AS parked_ns,
		sum(poll_sleep_ns) AS poll_sleep_ns, sum(poll_looks) AS poll_looks
	FROM thread_window
	GROUP BY capture, thread
), recorded AS (
	SELECT capture, thread, count(*) AS looks,
		sum(as_worker AND class = 'poll') AS poll,
		sum(as_worker AND class IN ('runtime', 'park')) AS runtime,
		sum(as_worker AND class = 'unknown') AS unknown,
		sum(class = 'pool') AS pool,
		sum(class = 'block-in-place') AS in_place,
		sum(class = 'root') AS root,
		sum(NOT as_worker) AS other
	FROM evidence
	WHERE sample IS NOT NULL
	GROUP BY capture, thread
), looked AS (
	SELECT s.capture, s.thread,
		coalesce(r.looks - r.poll, 0) + max(coalesce(r.poll, 0), s.poll_looks) AS looks,
		max(coalesce(r.poll, 0), s.poll_looks) AS poll,
		coalesce(r.runtime, 0) AS runtime, coalesce(r.pool, 0) AS pool,
		coalesce(r.in_place, 0) AS in_place, coalesce(r.root, 0) AS root,
		coalesce(r.other, 0) AS other
	FROM spent AS s
	LEFT JOIN recorded AS r ON r.capture = s.capture AND r.thread = s.thread
	WHERE r.looks > 0 OR s.poll_looks > 0
)
SELECT s.capture, s.thread, s.cpu_ns, s.sleep_ns, s.run_queue_ns, s.parked_ns, s.poll_sleep_ns,
	l.looks,
	s.cpu_ns / l.looks * l.poll + s.cpu_ns % l.looks * l.poll / l.looks AS poll_cpu_ns,
	s.cpu_ns / l.looks * l.runtime + s.cpu_ns % l.looks * l.runtime / l.looks AS runtime_cpu_ns,
	s.cpu_ns / l.looks * l.pool + s.cpu_ns % l.looks * l.pool / l.looks AS pool_cpu_ns,
	s.cpu_ns / l.looks * l.in_place + s.cpu_ns % l.looks * l.in_place / l.looks AS in_place_cpu_ns,
	s.cpu_ns / l.looks * l.root + s.cpu_ns % l.looks * l.root / l.looks AS root_cpu_ns,
	s.cpu_ns / l.looks * l.other + s.cpu_ns % l.looks * l.other / l.looks AS other_cpu_ns
FROM spent AS s
LEFT JOIN looked AS l ON l.capture = s.capture AND l.thread = s.thread;
