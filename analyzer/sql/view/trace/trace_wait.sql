-- When was each thread off its CPU, in which state, and since when was it ready to run?
--
-- From ready_ns to end_ns it waited for a CPU. state is that of a worker where it was at work as
-- one: `poll`, `parked`, `runtime`, `unknown`; else `pool`, `pool-idle`, `block-in-place`, `root`,
-- `without-core`, `other`, `unclassified`. The rows of a thread do not overlap.
CREATE VIEW trace_wait AS
SELECT e.capture, e.id AS observation, e.thread, e.offcpu_span,
	max(e.start_ns, e.disjoint_from_ns) AS start_ns,
	max(e.end_ns - e.run_queue_ns, e.start_ns, e.disjoint_from_ns) AS ready_ns,
	max(e.end_ns, e.disjoint_from_ns) AS end_ns,
	CASE
	WHEN e.as_worker THEN CASE e.class
		WHEN 'poll' THEN 'poll'
		WHEN 'park' THEN 'parked'
		WHEN 'runtime' THEN 'runtime'
		ELSE CASE WHEN EXISTS (SELECT 1 FROM blocking_poll AS b
			WHERE b.offcpu_span = e.offcpu_span) THEN 'poll' ELSE 'unknown' END END
	WHEN e.without_core THEN 'without-core'
	WHEN e.class = 'pool' AND e.pool_idle THEN 'pool-idle'
	WHEN e.class = 'unknown' THEN 'unclassified'
	ELSE e.class
	END AS state,
	o.cause, o.preempted, o.open, o.at_attach, o.syscall_name, o.cpu, e.stack, k.task,
	f.site AS function, f.file, f.line, o.wakeup_ns, o.waker_thread, o.waker_pid, o.waker_tid,
	o.waker_stack
FROM observation AS e
JOIN offcpu_span AS o ON o.id = e.offcpu_span
LEFT JOIN stack AS k ON k.id = e.stack
LEFT JOIN frame AS f ON f.id = k.site_frame;
