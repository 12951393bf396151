-- Lines for flame graph tools. :kind as in profile_stack; :cause: of blocking polls only those
-- parts; NULL: all.
SELECT calls, sum(ns) AS ns
FROM profile_folded
WHERE capture = :capture AND kind = :kind AND (:cause IS NULL OR cause = :cause)
GROUP BY calls
ORDER BY sum(ns) DESC, calls
LIMIT :top;
