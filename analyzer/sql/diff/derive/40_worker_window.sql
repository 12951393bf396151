-- How long was each thread a worker in each window? Its time as a worker is spread evenly over its
-- life.
INSERT INTO worker_window (time_window, rank, worker_ns)
SELECT w.id, t.rank, 1.0 * t.wall_ns
	* (min(w.end_ns, t.end_ns) - max(w.start_ns, t.start_ns)) / (t.end_ns - t.start_ns)
FROM worker_time AS t
JOIN time_window AS w ON w.compared = t.compared AND w.start_ns < t.end_ns
	AND w.end_ns > t.start_ns;
