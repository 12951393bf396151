-- What can be done, and for which sites, or for the main future?
SELECT sites, main_sites, advice, documentation, total_ns
FROM site_remedy
WHERE capture = :capture
ORDER BY total_ns DESC, rule
LIMIT :top;
