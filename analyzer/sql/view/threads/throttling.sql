-- How often was the CPU quota of each process's cgroup used up in the chosen time, and for how long
-- were CPUs held back, all CPUs together? Counted between the first and the last reading in it.
CREATE VIEW throttling AS
SELECT q.capture, q.process, p.pid, p.name,
	1.0 * min(q.quota_ns) / max(min(q.period_ns), 1) AS cpus,
	max(q.periods) - min(q.periods) AS periods,
	max(q.throttled_periods) - min(q.throttled_periods) AS throttled_periods,
	max(q.throttled_ns) - min(q.throttled_ns) AS throttled_ns
FROM cpu_quota AS q
JOIN process AS p ON p.id = q.process
JOIN chosen_time AS t ON t.capture = q.capture AND q.time_ns BETWEEN t.start_ns AND t.end_ns
GROUP BY q.capture, q.process;
