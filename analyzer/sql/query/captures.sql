-- Which captures does the database hold?
SELECT capture AS id, capture_id, started_utc, printf('%.1f', duration_ns / 1e9) AS seconds, events,
	truncated, command, file
FROM recording
ORDER BY capture;
