-- What was lost, that is: happened, and is not in the capture?
SELECT cause, unit, count, percent, meaning
FROM loss_total
WHERE capture = :capture
ORDER BY percent DESC, cause;
