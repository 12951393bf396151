-- How many tasks waited in their worker's run queue while each site blocked it, and for how long?
--
-- How many (mean, max): in the samples that read the queue while polls of the site ran; no row:
-- none did. How long: of the polls whose end was seen (polls_ended), and lower bounds; NULL where
-- there are none.
CREATE VIEW site_queue_wait AS
WITH waited AS (
	SELECT h.site, sum(p.ready_samples) AS samples,
		1.0 * sum(p.ready_sum) / sum(p.ready_samples) AS mean, max(p.ready_max) AS max,
		count(p.left_queued) AS polls_ended, sum(p.queued) AS queued,
		sum(p.queued * (p.end_ns - p.queued_since_ns)) AS queue_wait_ns,
		max(p.end_ns - p.queued_since_ns) AS queue_wait_max_ns,
		sum(p.left_queued) AS left_queued, sum(p.next_polls) AS next_polls,
		sum(p.next_sum_ns) AS next_ns,
		max(CASE WHEN p.next_polls THEN p.next_max_ns END) AS next_max_ns
	FROM site_poll AS h
	JOIN blocking_poll AS b ON b.id = h.blocking_poll
	JOIN poll AS p ON p.id = b.poll
	WHERE p.ready_samples > 0
	GROUP BY h.site
)
SELECT s.capture, w.site, s.function, s.cause, w.samples, w.mean, w.max, w.polls_ended, w.queued,
	w.queue_wait_ns / nullif(w.queued, 0) AS queue_wait_mean_ns, w.queue_wait_max_ns,
	w.left_queued, w.next_polls, w.next_ns / nullif(w.next_polls, 0) AS next_mean_ns,
	w.next_max_ns
FROM waited AS w
JOIN site AS s ON s.id = w.site;
