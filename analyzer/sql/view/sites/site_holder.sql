-- For whose work did each site wait for a lock (rank 1: the most of the time)?
--
-- The thread that released the lock, or, where that one had waited for another (wait_chain), the
-- one at the end of the chain: then `through` is the function that the site was woken by. share is
-- of the site's time asleep. holder NULL: the stack of that thread does not show which function.
-- inferred: as in waker_frame, of the holder.
CREATE VIEW site_holder AS
WITH wait AS MATERIALIZED (
	SELECT s.site, s.blocked_ns, o.waker_tid,
		c.offcpu_span IS NOT NULL AS chained,
		coalesce(l.waker_stack, o.waker_stack) AS stack, o.waker_stack AS own_stack
	FROM site AS t
	JOIN slice AS s ON s.site = t.id
	JOIN offcpu_span AS o ON o.id = s.offcpu_span
	LEFT JOIN wait_chain AS c ON c.offcpu_span = o.id
	LEFT JOIN offcpu_span AS l ON l.id = c.last_span
	WHERE t.cause = 'lock'
), by_stack AS (
	SELECT site, chained, stack, CASE WHEN chained THEN own_stack END AS own_stack,
		sum(blocked_ns) AS blocked_ns, count(*) AS count
	FROM wait
	WHERE waker_tid IS NOT NULL
	GROUP BY site, chained, stack, CASE WHEN chained THEN own_stack END
), holder AS (
	SELECT b.site, f.site AS holder, f.file, f.line, r.site AS through,
		coalesce(w.inferred, 0) AS inferred,
		sum(b.blocked_ns) AS blocked_ns, sum(b.count) AS count
	FROM by_stack AS b
	LEFT JOIN waker_frame AS w ON w.stack = b.stack
	LEFT JOIN frame AS f ON f.id = w.frame
	LEFT JOIN waker_frame AS v ON v.stack = b.own_stack
	LEFT JOIN frame AS r ON r.id = v.frame
	GROUP BY b.site, f.site, f.file, f.line, r.site, coalesce(w.inferred, 0)
), whole AS (
	SELECT site, sum(blocked_ns) AS blocked_ns FROM wait GROUP BY site
)
SELECT s.capture, h.site, s.function, h.holder, h.file, h.line, h.through, h.inferred,
	h.blocked_ns, h.count,
	1.0 * h.blocked_ns / max(w.blocked_ns, 1) AS share,
	row_number() OVER (PARTITION BY h.site
		ORDER BY h.blocked_ns DESC, h.holder, h.line, h.through) AS rank
FROM holder AS h
JOIN whole AS w ON w.site = h.site
JOIN site AS s ON s.id = h.site;
