-- the queues of the runtimes' blocking pools are read: their own threads may be Tokio's 512
-- (of a runtime that sleeps throughout, once: a reading needs a thread that is switched out)
SELECT sum(readings >= 2) >= 2
		AND min(thread_limit - workers) = 512 AND max(thread_limit - workers) = 512,
	printf('%d pools; %d readings or more of each', count(*), min(readings))
FROM pool_load;
