-- In each window: how long did a subject block (ms), how many times, and in how many
-- worker-seconds? The main future could block in all of the time.
SELECT w.side, w.compared, coalesce(s.blocked_ns, 0) / 1e6 AS blocked_ms,
	coalesce(s.starts, 0) AS starts,
	CASE WHEN j.kind = 'main' THEN (w.end_ns - w.start_ns) / 1e9
	ELSE (SELECT total(k.worker_ns) / 1e9 FROM worker_window AS k WHERE k.time_window = w.id
		AND (j.kind <> 'worker' OR k.rank = CAST(j.name AS INTEGER))) END AS worker_s,
	(w.end_ns - w.start_ns) / 1e9 AS wall_s
FROM time_window AS w
JOIN subject AS j ON j.id = :subject
LEFT JOIN subject_window AS s ON s.subject = j.id AND s.time_window = w.id
ORDER BY w.side, w.id;
