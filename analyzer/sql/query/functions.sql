-- Which functions blocked the workers, for how long, how often, and by which causes?
SELECT *
FROM blocking_functions
WHERE capture = :capture
ORDER BY unknown, total_ns DESC, function, site
LIMIT :top;
