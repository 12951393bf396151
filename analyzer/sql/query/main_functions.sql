-- Which functions blocked the main future, which blocks itself and what it joins, but no worker?
SELECT *
FROM main_functions
WHERE capture = :capture
ORDER BY total_ns DESC, function, site
LIMIT :top;
