-- Which samples of each thread divide its CPU time fairly?
--
-- All of them, where each one taken is in the capture. Samples of young polls are often only
-- counted; then those of the CPU profile alone (by_profile), which are kept whatever they saw.
CREATE VIEW thread_samples AS
WITH kept AS (
	SELECT t.capture, s.thread, count(*) AS samples, sum(s.profile) AS profiled
	FROM sample AS s
	JOIN thread AS t ON t.id = s.thread
	GROUP BY s.thread
), judged AS (
	SELECT t.*, t.profiled > 0 AND coalesce(c.samples, 0) > t.samples AS by_profile, c.cpu_ns
	FROM kept AS t
	LEFT JOIN thread_cpu AS c ON c.thread = t.thread
)
SELECT j.capture, j.thread, j.by_profile,
	CASE WHEN j.by_profile THEN j.profiled ELSE j.samples END AS samples,
	coalesce(j.cpu_ns, p.sample_ns * j.samples) AS cpu_ns
FROM judged AS j
JOIN sample_period AS p ON p.capture = j.capture;
