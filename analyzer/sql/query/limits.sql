-- How much of what was recorded is not known for sure?
SELECT *
FROM limits
WHERE capture = :capture;
