-- Which stacks blocked, for how many ns? With --plain, lines for flame graph tools: main;read 1200
SELECT calls || ' ' || sum(blocked_ns) AS folded
FROM site_folded
WHERE capture = :capture
GROUP BY calls
HAVING sum(blocked_ns) > 0
ORDER BY sum(blocked_ns) DESC, calls
LIMIT :top;
