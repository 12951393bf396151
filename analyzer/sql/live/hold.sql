-- Keeps what the window will need of the time before it (:from): sleeps, samples and windows that
-- reach over its start; what lies in polls, windows or stretches without a sleep that do, if no
-- older than :oldest; and the last few of each thread, which say what it was doing.
INSERT INTO held_offcpu_span
WITH reaching AS (
	SELECT thread, min(start_ns) AS start_ns
	FROM (SELECT thread, start_max_ns AS start_ns FROM poll
			WHERE start_ns < :from AND end_ns > :from
		UNION ALL
		SELECT thread, start_ns FROM thread_window
			WHERE start_ns < :from AND end_ns > :from)
	GROUP BY thread
), before AS (
	SELECT s.id, s.thread, s.end_ns, s.end_ns > :from AS reaches,
		row_number() OVER (PARTITION BY s.thread ORDER BY s.end_ns DESC, s.id DESC) AS age
	FROM offcpu_span AS s
	WHERE s.start_ns < :from
)
SELECT s.*
FROM before AS b
JOIN offcpu_span AS s ON s.id = b.id
LEFT JOIN reaching AS r ON r.thread = b.thread
WHERE b.reaches OR b.age <= 4 OR (b.end_ns > :oldest AND b.end_ns > r.start_ns);

INSERT INTO held_sample
WITH reaching AS (
	SELECT thread, min(start_max_ns) AS start_ns FROM poll
	WHERE start_ns < :from AND end_ns > :from
	GROUP BY thread
), first AS (
	SELECT thread, awake_ns, min(time_ns) FROM sample
	WHERE time_ns >= :from
	GROUP BY thread
), before AS (
	SELECT s.id, s.thread, s.time_ns, s.awake_ns,
		row_number() OVER (PARTITION BY s.thread ORDER BY s.time_ns DESC, s.id DESC) AS age
	FROM sample AS s
	WHERE s.time_ns < :from
)
SELECT s.*
FROM before AS b
JOIN sample AS s ON s.id = b.id
LEFT JOIN reaching AS r ON r.thread = b.thread
LEFT JOIN first AS n ON n.thread = b.thread AND n.awake_ns = b.awake_ns
WHERE b.age <= 4
	OR (b.time_ns > :oldest AND (b.time_ns >= r.start_ns OR n.thread IS NOT NULL));

INSERT INTO held_thread_window
SELECT * FROM thread_window
WHERE start_ns < :from AND end_ns > :from;
