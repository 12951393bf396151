-- How did each thread spend its time on CPUs? The time is exact; samples divide it.
--
-- Most samples of young polls are only counted (poll_samples of thread_totals); all others are
-- rows. The divisions are NULL where no sample of the thread was taken. Integer arithmetic, in two
-- steps so that the product does not overflow.
CREATE VIEW thread_cpu AS
WITH sampled AS (
	SELECT s.thread,
		coalesce(l.samples - l.poll_samples, 0)
			+ max(coalesce(l.poll_samples, 0), s.poll_samples) AS samples,
		max(coalesce(l.poll_samples, 0), s.poll_samples) AS poll_samples,
		coalesce(l.runtime_samples, 0) AS runtime_samples,
		coalesce(l.pool_samples, 0) AS pool_samples,
		coalesce(l.block_in_place_samples, 0) AS block_in_place_samples,
		coalesce(l.root_samples, 0) AS root_samples,
		coalesce(l.not_worker_samples, 0) AS not_worker_samples
	FROM thread_totals AS s
	LEFT JOIN thread_summary AS l ON l.thread = s.thread
	WHERE l.samples > 0 OR s.poll_samples > 0
), divided AS (
	SELECT s.*, l.samples, l.poll_samples AS in_poll, l.runtime_samples, l.pool_samples,
		l.block_in_place_samples, l.root_samples, l.not_worker_samples,
		s.cpu_ns / l.samples AS each_ns, s.cpu_ns % l.samples AS rest_ns
	FROM thread_totals AS s
	LEFT JOIN sampled AS l ON l.thread = s.thread
)
SELECT capture, thread, cpu_ns, sleep_ns, run_queue_ns, parked_ns, poll_sleep_ns, samples,
	each_ns * in_poll + rest_ns * in_poll / samples AS poll_cpu_ns,
	each_ns * runtime_samples + rest_ns * runtime_samples / samples AS runtime_cpu_ns,
	each_ns * pool_samples + rest_ns * pool_samples / samples AS pool_cpu_ns,
	each_ns * block_in_place_samples + rest_ns * block_in_place_samples / samples
		AS block_in_place_cpu_ns,
	each_ns * root_samples + rest_ns * root_samples / samples AS root_cpu_ns,
	each_ns * not_worker_samples + rest_ns * not_worker_samples / samples AS other_cpu_ns
FROM divided;
