-- Who stood ready behind each site, how many and how long?
SELECT v.site, s.function, s.cause, v.samples, v.mean, v.max, v.followed, v.queued,
	v.queue_wait_ns / nullif(v.queued, 0) AS queue_wait_mean_ns, v.queue_wait_max_ns, v.left_queued, v.next_polls,
	v.next_ns / nullif(v.next_polls, 0) AS next_mean_ns, v.next_max_ns
FROM site_queue_wait AS v
JOIN site AS s ON s.id = v.site
WHERE v.capture = :capture
ORDER BY v.mean * v.samples DESC, v.site
LIMIT :top;
