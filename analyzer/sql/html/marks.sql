-- Marks, since the chosen start.
SELECT m.time_ns - t.start_ns AS at_ns, m.text
FROM mark AS m
JOIN chosen_time AS t ON t.capture = m.capture AND m.time_ns BETWEEN t.start_ns AND t.end_ns
WHERE m.capture = :capture
ORDER BY m.time_ns;
