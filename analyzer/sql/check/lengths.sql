-- How long is the blocking poll with this rank of a subject on one side? Rank 0 is the shortest.
SELECT wall_ns
FROM block
WHERE subject = :subject AND side = :side
ORDER BY wall_ns
LIMIT 1 OFFSET :rank;
