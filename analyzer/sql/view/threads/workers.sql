-- How did each worker spend its time? The six states add up to wall_ns.
--
-- rank is the order in which reports list workers: 1 is the one that was blocked the most.
-- The screen and lines over time have them by tid, so that each stays where it was.
-- runtime: where its process has several multi-threaded ones and the capture can tell.
CREATE VIEW workers AS
SELECT w.capture, w.thread,
	row_number() OVER (PARTITION BY w.capture
		ORDER BY w.blocking_ns DESC, w.wall_ns DESC, t.tid) AS rank,
	t.tid, t.comm, r.scheduler, s.single_threaded, w.wall_ns, w.poll_cpu_ns, w.poll_offcpu_ns,
	w.run_queue_ns, w.parked_ns, w.runtime_ns, w.unknown_ns, w.blocking_ns, w.blocking_polls,
	CASE WHEN w.wall_ns > 0 THEN 100.0 * w.blocking_ns / w.wall_ns END AS blocking_percent,
	CASE WHEN n.runtimes > 1 THEN n.runtime END AS runtime
FROM worker AS w
JOIN thread AS t ON t.id = w.thread
JOIN thread_role AS r ON r.thread = w.thread
LEFT JOIN scheduler AS s ON s.name = r.scheduler
LEFT JOIN thread_runtime AS n ON n.thread = w.thread
ORDER BY w.capture, rank;
