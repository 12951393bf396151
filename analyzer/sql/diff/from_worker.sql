-- When was each thread a worker, for how long, and how much was it blocked (rank 1: the most)?
SELECT w.rank, t.start_ns - c.start_ns, max(t.end_ns, t.start_ns + 1) - c.start_ns, w.wall_ns
FROM workers AS w
JOIN thread_watched AS t ON t.thread = w.thread
JOIN chosen_time AS c ON c.capture = w.capture
WHERE w.capture = :capture;
