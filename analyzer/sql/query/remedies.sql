-- What can be done, and for which sites?
SELECT sites, advice, documentation, total_ns
FROM site_remedy
WHERE capture = :capture
ORDER BY total_ns DESC, rule
LIMIT :top;
