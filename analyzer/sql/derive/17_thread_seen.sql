-- How long, how often was each thread seen doing what? All sums of a thread's evidence that are asked
-- for more than once, made by analyzer/derive/thread_seen.c.
--
-- A poll counts where the thread was seen at work as a worker, and so does what tells nothing; looks in
-- the runtime or in a park are a worker's always. What a worker did without its core is without a core.
INSERT INTO thread_seen (thread, capture, first_ns, last_ns, samples, poll_samples, runtime_samples,
	unknown_samples, pool_samples, in_place_samples, root_samples, not_worker_samples, unclassified_samples, slept_ns,
	run_queue_ns, longest_run_queue_ns, unclassified_sleep_ns, pool_busy_ns, pool_idle_ns, in_place_ns,
	in_place_count, root_ns, root_count, without_core_ns, without_core_count, at_work, in_pool, in_place,
	in_root, elsewhere, runtime)
SELECT thread, :capture, first_ns, last_ns, samples, poll_samples, runtime_samples, unknown_samples,
	pool_samples, in_place_samples, root_samples, not_worker_samples, unclassified_samples, slept_ns, run_queue_ns,
	longest_run_queue_ns, unclassified_sleep_ns, pool_busy_ns, pool_idle_ns, in_place_ns, in_place_count,
	root_ns, root_count, without_core_ns, without_core_count, at_work, in_pool, in_place, in_root,
	elsewhere, runtime
FROM thread_seen_rows(:capture);
