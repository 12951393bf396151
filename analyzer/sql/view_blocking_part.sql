-- Into which parts, by stack and cause, do blocking polls divide? The parts add up to the poll.
--
-- A sleep is one part. The time on CPUs is divided in proportion to the looks, and the time of sleeps
-- that were only counted in proportion to the sampled ones of the poll (those under the threshold),
-- by running sums; without a look its time on CPUs goes by those too. Where there was neither look nor
-- such sleep, no stack tells the site.
CREATE VIEW blocking_part AS
WITH look AS MATERIALIZED (
	SELECT * FROM blocking_look
), rest AS MATERIALIZED (
	SELECT *, blocking_poll NOT IN (SELECT blocking_poll FROM look) AS unlooked
	FROM blocking_rest
), running AS (
	SELECT l.*, r.cpu_ns AS wall_ns, r.run_queue_ns,
		sum(l.looks) OVER parts AS upto,
		sum(l.looks) OVER (PARTITION BY l.blocking_poll) AS all_looks
	FROM look AS l
	JOIN rest AS r ON r.blocking_poll = l.blocking_poll
	WINDOW parts AS (PARTITION BY l.blocking_poll ORDER BY l.cause, l.stack
		ROWS UNBOUNDED PRECEDING)
), sampled AS (
	SELECT p.blocking_poll, p.cause, p.stack, sum(p.wall_ns) AS wall_ns
	FROM blocking_sleep AS p
	JOIN rest AS r ON r.blocking_poll = p.blocking_poll AND (r.unseen_ns > 0 OR r.unlooked)
	JOIN blocking_poll AS b ON b.id = p.blocking_poll
	JOIN capture AS c ON c.id = b.capture
	WHERE p.wall_ns < c.threshold_ns
	GROUP BY p.blocking_poll, p.cause, p.stack
), sampled_upto AS (
	SELECT s.*, r.unseen_ns + CASE WHEN r.unlooked THEN r.cpu_ns ELSE 0 END AS unseen_ns,
		CASE WHEN r.unlooked THEN r.run_queue_ns ELSE 0 END AS unseen_queue_ns,
		sum(s.wall_ns) OVER parts AS upto,
		sum(s.wall_ns) OVER (PARTITION BY s.blocking_poll) AS all_ns
	FROM sampled AS s
	JOIN rest AS r ON r.blocking_poll = s.blocking_poll
	WINDOW parts AS (PARTITION BY s.blocking_poll ORDER BY s.cause, s.stack
		ROWS UNBOUNDED PRECEDING)
), part AS (
	SELECT blocking_poll, offcpu_span, cause, stack, wall_ns, run_queue_ns, NULL AS looks
	FROM blocking_sleep
	UNION ALL
	SELECT blocking_poll, NULL, cause, stack,
		CASE WHEN upto = all_ns THEN unseen_ns
			ELSE CAST(1.0 * unseen_ns * upto / all_ns AS INTEGER) END
		- CAST(1.0 * unseen_ns * (upto - wall_ns) / all_ns AS INTEGER),
		CASE WHEN upto = all_ns THEN unseen_queue_ns
			ELSE CAST(1.0 * unseen_queue_ns * upto / all_ns AS INTEGER) END
		- CAST(1.0 * unseen_queue_ns * (upto - wall_ns) / all_ns AS INTEGER), NULL
	FROM sampled_upto
	WHERE all_ns > 0
	UNION ALL
	SELECT blocking_poll, NULL, cause, stack,
		wall_ns / all_looks * upto + wall_ns % all_looks * upto / all_looks
		- wall_ns / all_looks * (upto - looks)
		- wall_ns % all_looks * (upto - looks) / all_looks,
		run_queue_ns / all_looks * upto + run_queue_ns % all_looks * upto / all_looks
		- run_queue_ns / all_looks * (upto - looks)
		- run_queue_ns % all_looks * (upto - looks) / all_looks,
		looks
	FROM running
	UNION ALL
	SELECT blocking_poll, NULL, 'cpu', NULL, cpu_ns, run_queue_ns, NULL
	FROM rest
	WHERE cpu_ns > 0 AND unlooked AND blocking_poll NOT IN (SELECT blocking_poll FROM sampled
		WHERE wall_ns > 0)
	UNION ALL
	SELECT blocking_poll, NULL, 'syscall', NULL, unseen_ns, 0, NULL
	FROM rest
	WHERE unseen_ns > 0 AND blocking_poll NOT IN (SELECT blocking_poll FROM sampled
		WHERE wall_ns > 0)
)
SELECT b.capture, p.blocking_poll, p.offcpu_span, p.cause, p.stack, f.id AS frame,
	f.crate, coalesce(f.site, 'unknown') AS function,
	coalesce(f.origin, 'unknown') AS origin,
	p.wall_ns, p.run_queue_ns, p.looks
FROM part AS p
JOIN blocking_poll AS b ON b.id = p.blocking_poll
LEFT JOIN stack AS k ON k.id = p.stack
LEFT JOIN frame AS f ON f.id = k.site_frame;
