-- The time that is exported, the two clocks at one moment, and how often CPUs were sampled.
SELECT t.start_ns, t.end_ns, c.start_ns, c.start_realtime_ns, c.sample_hz
FROM chosen_time AS t
JOIN capture AS c ON c.id = t.capture
WHERE t.capture = :capture;
