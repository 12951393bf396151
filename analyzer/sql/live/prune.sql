-- Forgets readings from before the window (:from) that no view asks for; sums up losses.
DELETE FROM pool_queue
WHERE time_ns < :from
	AND id NOT IN (SELECT max(id) FROM pool_queue
		WHERE time_ns < :from GROUP BY process, pool);

DELETE FROM cpu_quota
WHERE time_ns < :from
	AND id NOT IN (SELECT max(id) FROM cpu_quota
		WHERE time_ns < :from GROUP BY process, cgroup);

DELETE FROM lifecycle WHERE time_ns < :from AND kind NOT IN ('process-exit', 'process-exec');

DELETE FROM clock WHERE monotonic_ns < :from AND id > (SELECT min(id) FROM clock);

DELETE FROM cost
WHERE time_ns < :from
	AND id IS NOT (SELECT max(id) FROM cost WHERE bpf_measured_ns > 0)
	AND id NOT IN (SELECT id FROM cost ORDER BY rss_bytes DESC LIMIT 1);

DELETE FROM waker
WHERE time_ns < :from AND id NOT IN (SELECT max(id) FROM waker GROUP BY pid, name);

DELETE FROM followed_task WHERE end_ns < :from;

DELETE FROM followed_count
WHERE time_ns < :from
	AND id NOT IN (SELECT max(id) FROM followed_count GROUP BY process, site_stack);

/* What a reading does not change. */
DELETE FROM probe_state
WHERE time_ns < :from AND (attached, given_up, spawns, wakes, ends) = (
	SELECT p.attached, p.given_up, p.spawns, p.wakes, p.ends FROM probe_state AS p
	WHERE p.id < probe_state.id ORDER BY p.id DESC LIMIT 1);

UPDATE loss
SET count = (SELECT sum(o.count) FROM loss AS o
	WHERE o.cause = loss.cause AND o.unit = loss.unit),
	from_ns = (SELECT min(o.from_ns) FROM loss AS o
		WHERE o.cause = loss.cause AND o.unit = loss.unit),
	to_ns = (SELECT max(o.to_ns) FROM loss AS o
		WHERE o.cause = loss.cause AND o.unit = loss.unit)
WHERE id IN (SELECT min(id) FROM loss GROUP BY cause, unit HAVING count(*) > 1);

DELETE FROM loss WHERE id NOT IN (SELECT min(id) FROM loss GROUP BY cause, unit);
