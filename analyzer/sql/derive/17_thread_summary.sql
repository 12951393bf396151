-- How long, and how often, was each thread observed doing what?
--
-- Polls, parks, the runtime's code and stacks that show nothing count as a worker's only while the
-- thread was at work as one. Computed by analyzer/derive/thread_summary.c.
INSERT INTO thread_summary (thread, capture, first_ns, last_ns, samples, poll_samples,
	runtime_samples, unknown_samples, pool_samples, block_in_place_samples, root_samples,
	not_worker_samples, unclassified_samples, slept_ns, run_queue_ns, longest_run_queue_ns,
	unclassified_sleep_ns, pool_busy_ns, pool_idle_ns, block_in_place_ns, block_in_place_count,
	root_ns, root_count, without_core_ns, without_core_count, seen_as_worker, seen_in_pool,
	seen_in_block_in_place, seen_in_root, seen_elsewhere, scheduler)
SELECT thread, :capture, first_ns, last_ns, samples, poll_samples, runtime_samples, unknown_samples,
	pool_samples, block_in_place_samples, root_samples, not_worker_samples,
	unclassified_samples, slept_ns, run_queue_ns, longest_run_queue_ns, unclassified_sleep_ns,
	pool_busy_ns, pool_idle_ns, block_in_place_ns, block_in_place_count, root_ns, root_count,
	without_core_ns, without_core_count, seen_as_worker, seen_in_pool, seen_in_block_in_place,
	seen_in_root, seen_elsewhere, scheduler
FROM thread_summary_rows(:capture);
