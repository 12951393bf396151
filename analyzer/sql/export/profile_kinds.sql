-- Of what is there a profile? All blocked time, each of its causes, the most time first; CPU time.
SELECT kind, cause FROM (
	SELECT 0 AS place, 'blocked' AS kind, NULL AS cause, NULL AS ns
	UNION ALL
	SELECT 1, kind, cause, sum(ns)
	FROM profile_stack
	WHERE capture = :capture AND kind = 'blocked'
	GROUP BY cause
	UNION ALL
	SELECT 2, 'cpu', NULL, NULL)
ORDER BY place, ns DESC, cause;
