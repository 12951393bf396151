-- Who stood ready behind the polls of each site, in their worker's own queue, and for how long?
--
-- How many: as often as it was read during them. No row: it was never read. How long: of the polls whose
-- end was seen, and at least so long; NULL where there are none.
CREATE VIEW site_queue_wait AS
SELECT b.capture, h.site, sum(p.ready_samples) AS samples, 1.0 * sum(p.ready_sum) / sum(p.ready_samples) AS mean,
	max(p.ready_max) AS max, count(p.left_queued) AS followed, sum(p.queued) AS queued,
	sum(p.queued * (p.end_ns - p.queued_since_ns)) AS queue_wait_ns,
	max(p.end_ns - p.queued_since_ns) AS queue_wait_max_ns,
	sum(p.left_queued) AS left_queued, sum(p.next_polls) AS next_polls, sum(p.next_sum_ns) AS next_ns,
	max(CASE WHEN p.next_polls THEN p.next_max_ns END) AS next_max_ns
FROM site_poll AS h
JOIN blocking_poll AS b ON b.id = h.blocking_poll
JOIN poll AS p ON p.id = b.poll
WHERE p.ready_samples > 0
GROUP BY h.site;
