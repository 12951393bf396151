-- Who ended the waits of each site (rank 1: the most of them)? share is of the site's time asleep.
--
-- open: nobody did, until the recording ended. waker: its function; NULL where the stack of that
-- thread does not show which. Then `known_as` says what else is known: the thread, or the name of
-- the threads, and that it was ending; or the process, which was not recorded. inferred: as in
-- waker_frame. What the kernel itself ended (timers, disks) has no row.
CREATE VIEW site_waker AS
WITH whole AS MATERIALIZED (
	SELECT site, sum(blocked_ns) AS blocked_ns
	FROM site_time
	WHERE slept
	GROUP BY site
), by_stack AS MATERIALIZED (
	SELECT capture, site, open, waker_stack AS stack, waker_thread AS thread,
		waker_pid AS pid, sum(blocked_ns) AS blocked_ns, sum(count) AS count
	FROM site_time
	WHERE woken OR open
	GROUP BY site, open, waker_stack, waker_thread, waker_pid
), named AS (
	SELECT b.site, b.open, f.site AS waker, f.file, f.line, b.blocked_ns, b.count,
		coalesce(w.inferred, 0) AS inferred,
		CASE
		WHEN f.id IS NOT NULL OR b.open THEN NULL
		WHEN t.id IS NOT NULL THEN 'thread ' || t.tid || coalesce(' (' || t.comm || ')', '')
		WHEN b.pid IS NOT NULL THEN 'process ' || b.pid || coalesce(' (' || (SELECT p.name
			FROM waker AS p WHERE p.capture = b.capture AND p.pid = b.pid) || ')', '')
		ELSE coalesce((SELECT CASE
				WHEN count(DISTINCT n.id) = 1 THEN 'thread ' || n.tid
					|| coalesce(' (' || n.comm || ')', '')
				WHEN min(n.comm) = max(n.comm) THEN 'threads named ' || n.comm
				END || CASE
				WHEN max(abs(n.exit_ns - o.wakeup_ns)) < 10000000
					AND count(n.exit_ns) = count(*)
					THEN iif(count(DISTINCT n.id) = 1, ', which was ending',
						', which were ending')
				ELSE '' END
			FROM offcpu_span AS o
			JOIN thread AS n ON n.id = o.waker_thread
			WHERE o.waker_stack = b.stack), 'a thread whose stack does not show it')
		END AS known_as
	FROM by_stack AS b
	LEFT JOIN waker_frame AS w ON w.stack = b.stack
	LEFT JOIN frame AS f ON f.id = w.frame
	LEFT JOIN thread AS t ON t.id = b.thread
), waking AS (
	SELECT site, open, waker, file, line, known_as, inferred, sum(blocked_ns) AS blocked_ns,
		sum(count) AS count
	FROM named
	GROUP BY site, open, waker, file, line, known_as, inferred
)
SELECT s.capture, w.site, s.function, s.cause, w.open, w.waker, w.file, w.line, w.known_as,
	w.inferred, w.blocked_ns, w.count, 1.0 * w.blocked_ns / max(h.blocked_ns, 1) AS share,
	row_number() OVER (PARTITION BY w.site
		ORDER BY w.blocked_ns DESC, w.open, w.waker, w.line, w.known_as) AS rank
FROM waking AS w
JOIN whole AS h ON h.site = w.site
JOIN site AS s ON s.id = w.site;
