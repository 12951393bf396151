-- What was marked while the recording went on, and when?
SELECT (m.time_ns - c.start_ns) / 1e9 AS at_s, m.text, m.time_ns
FROM mark AS m
JOIN capture AS c ON c.id = m.capture
WHERE m.capture = :capture
ORDER BY m.time_ns, m.id
LIMIT :top;
