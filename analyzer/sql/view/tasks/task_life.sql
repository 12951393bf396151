-- How long were tasks of each type polled, ready and not polled, or waiting to be woken; and how
-- many were spawned, and ended?
--
-- The counts of a type have what ended; what has not ended is in tasks of its own. lost: of a
-- process that is gone, without an end that was seen. ends_seen: 0 where a task's end was only seen
-- when another one came to lie in its memory; until then it counts as alive. Sums of times may be
-- beyond 63 bits in a capture that is made up: total() does not fail.
CREATE VIEW task_life AS
WITH latest AS MATERIALIZED (
	SELECT max(id) AS id, min(id) AS first FROM followed_count
	GROUP BY capture, process, site_stack
), living AS MATERIALIZED (
	SELECT capture, process, site_stack, sum(lost) AS lost, sum(polls) AS polls,
		sum(readies) AS readies, total(polled_ns) AS polled_ns, total(ready_ns) AS ready_ns,
		total(await_ns) AS await_ns, total(unknown_ns) AS unknown_ns,
		max(ready_max_ns) AS ready_max_ns
	FROM followed_task
	WHERE NOT ended
	GROUP BY capture, process, site_stack
), ends AS (
	SELECT c.process, max(c.lived > 0 OR c.written > 0) AS seen, max(c.ended > 0) AS any
	FROM latest AS t
	JOIN followed_count AS c ON c.id = t.id
	GROUP BY c.process
), site AS (
	SELECT c.capture, n.task, c.spawned, c.found, c.ended, c.unfollowed,
		f.spawned + f.found - f.ended AS alive_first, c.found - f.found AS found_late,
		coalesce(l.lost, 0) AS lost, CASE WHEN e.any THEN e.seen END AS ends_seen,
		c.lived, c.lived_ns,
		c.polls + coalesce(l.polls, 0) AS polls,
		c.readies + coalesce(l.readies, 0) AS readies,
		c.polled_ns + coalesce(l.polled_ns, 0) AS polled_ns,
		c.ready_ns + coalesce(l.ready_ns, 0) AS ready_ns,
		c.await_ns + coalesce(l.await_ns, 0) AS await_ns,
		c.unknown_ns + coalesce(l.unknown_ns, 0) AS unknown_ns,
		max(c.ready_max_ns, coalesce(l.ready_max_ns, 0)) AS ready_max_ns
	FROM latest AS t
	JOIN followed_count AS c ON c.id = t.id
	JOIN followed_count AS f ON f.id = t.first
	JOIN ends AS e ON e.process = c.process
	LEFT JOIN living AS l ON l.capture = c.capture AND l.process = c.process
		AND l.site_stack IS c.site_stack
	LEFT JOIN poller_names AS n ON n.site_stack = c.site_stack
), summed AS (
	SELECT capture, task, sum(spawned) AS spawned, sum(found) AS found, sum(ended) AS ended,
		sum(lost) AS lost, sum(alive_first) AS alive_first,
		sum(found_late) AS found_late, min(ends_seen) AS ends_seen,
		sum(polls) AS polls,
		sum(readies) AS readies, CAST(total(polled_ns) AS INTEGER) AS polled_ns,
		CAST(total(ready_ns) AS INTEGER) AS ready_ns,
		CAST(total(await_ns) AS INTEGER) AS await_ns,
		CAST(total(unknown_ns) AS INTEGER) AS unknown_ns,
		CAST(total(polled_ns + ready_ns + await_ns + unknown_ns) AS INTEGER) AS total_ns,
		max(ready_max_ns) AS ready_max_ns, sum(lived) AS lived,
		CAST(total(lived_ns) AS INTEGER) AS lived_ns,
		sum(unfollowed) AS unfollowed
	FROM site
	GROUP BY capture, task
)
SELECT capture, task, spawned, found, ended, spawned + found - ended - lost AS alive, lost,
	ends_seen, alive_first, found_late, polls, readies, polled_ns, ready_ns, await_ns,
	unknown_ns, total_ns,
	100.0 * polled_ns / nullif(total_ns, 0) AS polled_percent,
	100.0 * ready_ns / nullif(total_ns, 0) AS ready_percent,
	100.0 * await_ns / nullif(total_ns, 0) AS await_percent,
	100.0 * unknown_ns / nullif(total_ns, 0) AS unknown_percent,
	ready_ns / nullif(readies, 0) AS ready_mean_ns, ready_max_ns,
	lived_ns / nullif(lived, 0) AS mean_life_ns, unfollowed
FROM summed;
