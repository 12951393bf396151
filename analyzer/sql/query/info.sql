-- How was the capture made, how did it end, what does it hold, and what did recording cost?
SELECT *
FROM recording
WHERE capture = :capture;
