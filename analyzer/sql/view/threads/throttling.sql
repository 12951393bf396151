-- How often was each CPU quota that limits a process used up in the chosen time, and for how long
-- were CPUs held back, all CPUs together?
--
-- What happened between two readings counts by the part of that time which was chosen. cpus: the
-- smallest quota while it was used up, or else of all.
CREATE VIEW throttling AS
WITH reading AS (
	SELECT *, lag(time_ns) OVER in_order AS from_ns,
		periods - lag(periods) OVER in_order AS ran_periods,
		throttled_periods - lag(throttled_periods) OVER in_order AS held_periods,
		throttled_ns - lag(throttled_ns) OVER in_order AS held_ns
	FROM cpu_quota
	WINDOW in_order AS (PARTITION BY process, cgroup ORDER BY time_ns, id)
), part AS (
	SELECT r.*, 1.0 * (min(r.time_ns, t.end_ns) - max(r.from_ns, t.start_ns))
			/ (r.time_ns - r.from_ns) AS share
	FROM reading AS r
	JOIN chosen_time AS t ON t.capture = r.capture AND r.time_ns > t.start_ns
		AND r.from_ns < t.end_ns
	WHERE r.time_ns > r.from_ns
)
SELECT q.capture, q.process, q.cgroup, p.pid, p.name,
	coalesce(min(CASE WHEN q.held_periods > 0 THEN 1.0 * q.quota_ns / q.period_ns END),
		min(1.0 * q.quota_ns / max(q.period_ns, 1))) AS cpus,
	CAST(round(total(q.share * q.ran_periods)) AS INTEGER) AS periods,
	CAST(round(total(q.share * q.held_periods)) AS INTEGER) AS throttled_periods,
	CAST(round(total(q.share * q.held_ns)) AS INTEGER) AS throttled_ns
FROM part AS q
JOIN process AS p ON p.id = q.process
GROUP BY q.capture, q.process, q.cgroup;
