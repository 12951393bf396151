-- How many tasks stood ready behind each site, on average and at most?
SELECT v.site, s.function, s.cause, v.looks, v.mean, v.max
FROM site_behind AS v
JOIN site AS s ON s.id = v.site
WHERE v.capture = :capture
ORDER BY v.mean * v.looks DESC, v.site
LIMIT :top;
