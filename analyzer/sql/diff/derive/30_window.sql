-- Cuts each capture into windows of about a second, equally long in a capture.
INSERT INTO time_window (compared, side, number, start_ns, end_ns)
WITH RECURSIVE step AS (
	SELECT id, side, 0 AS number, windows, duration_ns FROM compared
	UNION ALL
	SELECT id, side, number + 1, windows, duration_ns FROM step WHERE number + 1 < windows
)
SELECT id, side, number, duration_ns * number / windows, duration_ns * (number + 1) / windows
FROM step
ORDER BY id, number;
