-- the queue of each runtime's blocking pool is read: its own threads may be Tokio's 512
SELECT count(*) >= 2 AND min(thread_limit - workers) = 512 AND max(thread_limit - workers) = 512
		AND min(readings) >= 2,
	printf('%d pools; %d readings or more of each', count(*), min(readings))
FROM pool_load;
