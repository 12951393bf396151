-- Which stacks blocked, for how many ns? With --plain, lines for flame graph tools: main;read 1200
SELECT calls || ' ' || sum(ns) AS folded
FROM profile_folded
WHERE capture = :capture AND kind = 'blocked'
GROUP BY calls
ORDER BY sum(ns) DESC, calls
LIMIT :top;
