-- What was each thread seen doing, in the order of time, and did it hold its core then?
--
-- A thread inside a poll normally holds its worker's core. After block_in_place it may have lost
-- it: the poll goes on and blocks no worker. So a poll is coreless when the latest telling thing
-- before it was block_in_place, or when the next telling thing after it is the blocking pool: a
-- worker never goes there while it has its core, and no block_in_place was seen that gave it away
-- in between. A stack that tells nothing is of a worker only where the thread was last seen as one,
-- and is not seen in the pool next.
INSERT INTO evidence (capture, thread, start_ns, end_ns, offcpu_span, sample, stack, class,
	pool_idle, class_before, class_after, coreless, as_worker)
WITH seen AS (
	SELECT s.thread, s.start_ns, s.end_ns, s.id AS offcpu_span, NULL AS sample,
		s.user_stack AS stack, coalesce(k.class, 'unknown') AS class,
		coalesce(k.pool_idle, 0) AS pool_idle
	FROM offcpu_span AS s LEFT JOIN stack AS k ON k.id = s.user_stack
	WHERE s.capture = :capture
	UNION ALL
	SELECT s.thread, s.time_ns, s.time_ns, NULL, s.id,
		s.user_stack, coalesce(k.class, 'unknown'),
		coalesce(k.pool_idle, 0)
	FROM sample AS s LEFT JOIN stack AS k ON k.id = s.user_stack
	WHERE s.capture = :capture
), numbered AS (
	SELECT *,
		row_number() OVER (PARTITION BY thread ORDER BY start_ns, offcpu_span, sample) AS place,
		CASE WHEN class IN ('park', 'runtime', 'block-in-place', 'pool') THEN class END AS teller
	FROM seen
), counted AS (
	SELECT *,
		count(teller) OVER (PARTITION BY thread ORDER BY place) AS tellers_before,
		count(teller) OVER (PARTITION BY thread ORDER BY place DESC) AS tellers_after
	FROM numbered
), polls_told AS (
	SELECT *,
		max(teller) OVER (PARTITION BY thread, tellers_before) AS poll_before,
		max(teller) OVER (PARTITION BY thread, tellers_after) AS poll_after
	FROM counted
), polls_judged AS (
	SELECT *,
		CASE
		WHEN class <> 'poll' THEN teller
		WHEN poll_before = 'block-in-place' OR poll_after = 'pool' THEN 'coreless'
		ELSE 'poll'
		END AS doing
	FROM polls_told
), recounted AS (
	SELECT *,
		count(doing) OVER (PARTITION BY thread ORDER BY place) AS doings_before,
		count(doing) OVER (PARTITION BY thread ORDER BY place DESC) AS doings_after
	FROM polls_judged
), all_told AS (
	SELECT *,
		CASE WHEN class = 'poll' THEN poll_before
			ELSE max(doing) OVER (PARTITION BY thread, doings_before) END AS class_before,
		CASE WHEN class = 'poll' THEN poll_after
			ELSE max(doing) OVER (PARTITION BY thread, doings_after) END AS class_after
	FROM recounted
), judged AS (
	SELECT *,
		CASE class
		WHEN 'poll' THEN doing = 'coreless'
		WHEN 'unknown' THEN coalesce(class_before IN ('block-in-place', 'coreless', 'pool'), 0)
			OR coalesce(class_after = 'pool', 0)
		ELSE 0
		END AS coreless
	FROM all_told
)
SELECT :capture, thread, start_ns, end_ns, offcpu_span, sample, stack, class, pool_idle,
	class_before, class_after, coreless,
	class IN ('poll', 'park', 'runtime', 'unknown') AND NOT coreless
FROM judged
ORDER BY thread, place;
