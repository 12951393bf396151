-- How did each thread spend its time on CPUs, its time being exact, its division by looks?
--
-- Most looks at young polls are only counted (poll_samples of thread_totals), all others have a sample.
-- NULL where there was no look at the thread.
CREATE VIEW thread_cpu AS
WITH looked AS (
	SELECT s.thread,
		coalesce(l.samples - l.poll_samples, 0) + max(coalesce(l.poll_samples, 0), s.poll_samples)
			AS samples,
		max(coalesce(l.poll_samples, 0), s.poll_samples) AS poll_samples,
		coalesce(l.runtime_samples, 0) AS runtime_samples, coalesce(l.pool_samples, 0) AS pool_samples,
		coalesce(l.block_in_place_samples, 0) AS block_in_place_samples,
		coalesce(l.root_samples, 0) AS root_samples,
		coalesce(l.not_worker_samples, 0) AS not_worker_samples
	FROM thread_totals AS s
	LEFT JOIN thread_summary AS l ON l.thread = s.thread
	WHERE l.samples > 0 OR s.poll_samples > 0
)
SELECT s.capture, s.thread, s.cpu_ns, s.sleep_ns, s.run_queue_ns, s.parked_ns, s.poll_sleep_ns,
	l.samples,
	s.cpu_ns / l.samples * l.poll_samples + s.cpu_ns % l.samples * l.poll_samples / l.samples AS poll_cpu_ns,
	s.cpu_ns / l.samples * l.runtime_samples
		+ s.cpu_ns % l.samples * l.runtime_samples / l.samples AS runtime_cpu_ns,
	s.cpu_ns / l.samples * l.pool_samples + s.cpu_ns % l.samples * l.pool_samples / l.samples AS pool_cpu_ns,
	s.cpu_ns / l.samples * l.block_in_place_samples
		+ s.cpu_ns % l.samples * l.block_in_place_samples / l.samples AS block_in_place_cpu_ns,
	s.cpu_ns / l.samples * l.root_samples + s.cpu_ns % l.samples * l.root_samples / l.samples AS root_cpu_ns,
	s.cpu_ns / l.samples * l.not_worker_samples
		+ s.cpu_ns % l.samples * l.not_worker_samples / l.samples AS other_cpu_ns
FROM thread_totals AS s
LEFT JOIN looked AS l ON l.thread = s.thread;
