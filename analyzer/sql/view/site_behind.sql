-- Who stood ready behind the polls of each site, in their worker's own queue, and for how long?
--
-- How many: as often as it was read during them. No row: it was never read. How long: of the polls whose
-- end was seen, and at least so long; NULL where there are none.
CREATE VIEW site_behind AS
SELECT b.capture, h.site, sum(p.ready_looks) AS looks, 1.0 * sum(p.ready_sum) / sum(p.ready_looks) AS mean,
	max(p.ready_max) AS max, count(p.left_behind) AS followed, sum(p.stood) AS stood,
	sum(p.stood * (p.end_ns - p.stood_since_ns)) AS stood_ns,
	max(p.end_ns - p.stood_since_ns) AS stood_max_ns,
	sum(p.left_behind) AS left_behind, sum(p.next_polls) AS next_polls, sum(p.next_sum_ns) AS next_ns,
	max(CASE WHEN p.next_polls THEN p.next_max_ns END) AS next_max_ns
FROM site_poll AS h
JOIN blocking_poll AS b ON b.id = h.blocking_poll
JOIN poll AS p ON p.id = b.poll
WHERE p.ready_looks > 0
GROUP BY h.site;
