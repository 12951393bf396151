-- Who stood ready behind each site, how many and how long?
SELECT v.site, s.function, s.cause, v.looks, v.mean, v.max, v.followed, v.stood,
	v.stood_ns / nullif(v.stood, 0) AS stood_mean_ns, v.stood_max_ns, v.left_behind, v.next_polls,
	v.next_ns / nullif(v.next_polls, 0) AS next_mean_ns, v.next_max_ns
FROM site_behind AS v
JOIN site AS s ON s.id = v.site
WHERE v.capture = :capture
ORDER BY v.mean * v.looks DESC, v.site
LIMIT :top;
