-- The time that is exported, and the two clocks at one moment.
SELECT t.start_ns, t.end_ns, c.start_ns, c.start_realtime_ns
FROM chosen_time AS t
JOIN capture AS c ON c.id = t.capture
WHERE t.capture = :capture;
