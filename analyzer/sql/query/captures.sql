-- Which captures does the database hold?
SELECT id, capture_id, datetime(start_realtime_ns / 1000000000, 'unixepoch') AS started_utc,
	printf('%.1f', (end_ns - start_ns) / 1e9) AS seconds, events, truncated, command, file
FROM capture
ORDER BY id;
