-- the verdict names the quota of the cgroup, which was used up in most periods
SELECT level = 'STARVED' AND round(quota_cpus, 3) = 0.1 AND quota_periods >= 15
	AND 2 * throttled_periods >= quota_periods,
	level || ': ' || sentence
FROM verdict;
