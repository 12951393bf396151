-- Is the runtime healthy? The verdict in one sentence, with the numbers it follows from.
SELECT *
FROM verdict
WHERE capture = :capture;
