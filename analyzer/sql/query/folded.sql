-- Which stacks blocked, for how many ns? With --plain, lines for flame graph tools: main;read 1200
SELECT calls || ' ' || sum(wall_ns) AS folded
FROM site_folded
WHERE capture = :capture
GROUP BY calls
ORDER BY sum(wall_ns) DESC, calls
LIMIT :top;
