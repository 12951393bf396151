-- How many tasks waited in their worker's run queue while each site blocked it, and for how long?
SELECT site, function, cause, samples, mean, max, polls_ended, queued, queue_wait_mean_ns,
	queue_wait_max_ns, left_queued, next_polls, next_mean_ns, next_max_ns
FROM site_queue_wait
WHERE capture = :capture
ORDER BY mean * samples DESC, site
LIMIT :top;
