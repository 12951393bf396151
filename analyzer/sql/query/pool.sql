-- What did the blocking pool do, and what else waited without blocking a worker?
SELECT p.*, c.end_ns - c.start_ns AS duration_ns
FROM pool AS p JOIN capture AS c ON c.id = p.capture
WHERE p.capture = :capture;
