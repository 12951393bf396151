-- Which functions blocked the main future, which blocks itself and what it joins, but no worker?
SELECT *
FROM function_summary
WHERE capture = :capture AND main
ORDER BY total_ns DESC, function, site
LIMIT :top;
