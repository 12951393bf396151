-- Cuts each capture into windows of about a second, equally long in a capture.
INSERT INTO time_window (compared, side, number, start_ns, end_ns)
WITH RECURSIVE step AS (
	SELECT id, side, 0 AS number, windows, duration_ns, duration_ns / windows AS window_ns
	FROM compared
	UNION ALL
	SELECT id, side, number + 1, windows, duration_ns, window_ns
	FROM step
	WHERE number + 1 < windows
)
SELECT id, side, number, window_ns * number,
	CASE WHEN number + 1 < windows THEN window_ns * (number + 1) ELSE duration_ns END
FROM step
ORDER BY id, number;
