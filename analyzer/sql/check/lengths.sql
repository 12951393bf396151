-- How long is the block of a rank (from 0, the shortest first) of a subject on one side?
SELECT wall_ns
FROM block
WHERE subject = :subject AND side = :side
ORDER BY wall_ns
LIMIT 1 OFFSET :rank;
