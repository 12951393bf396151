-- What has changed? Of all subjects, or of those of a kind. The one that blocked the most comes
-- first.
SELECT s.kind, nullif(s.crate, '') AS crate, s.name, nullif(s.cause, '') AS cause, c.status,
	c.reason, c.change, c.low, c.high, c.rate_low, c.rate_high, c.record_s,
	p.file, p.line,
	s.bystander OR s.minor AS aside,
	1e3 * b.blocked_ns / nullif(b.worker_ns, 0) AS before_ms,
	1e3 * a.blocked_ns / nullif(a.worker_ns, 0) AS after_ms,
	b.count / b.seconds AS before_rate, a.count / a.seconds AS after_rate,
	b.count AS before_count, a.count AS after_count,
	b.p50_ns AS before_p50_ns, a.p50_ns AS after_p50_ns,
	b.p99_ns AS before_p99_ns, a.p99_ns AS after_p99_ns,
	b.max_ns AS before_max_ns, a.max_ns AS after_max_ns
FROM subject AS s
JOIN change AS c ON c.subject = s.id
JOIN figure AS b ON b.subject = s.id AND b.side = 0
JOIN figure AS a ON a.subject = s.id AND a.side = 1
LEFT JOIN latest_place AS p ON p.kind = s.kind AND p.crate = s.crate AND p.name = s.name
	AND p.cause = s.cause
WHERE s.kind = coalesce(:kind, s.kind)
ORDER BY CASE WHEN s.kind = 'worker' THEN CAST(s.name AS INTEGER) END, s.share DESC, s.name,
	s.cause;
