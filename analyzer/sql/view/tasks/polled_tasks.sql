-- Which tasks did a thread poll when they were to be read, and where did that thread block?
--
-- By the stack that the dump took of the thread, if it slept. Of a recording: the sleep that the
-- dump began in, else the sample that is nearest to it, unless it was in a poll of another task. A
-- sleep that went on when it was last seen, just before the last dump, has not ended by then.
-- callers: of the user's code, the innermost first. A wait that blocks no worker (block_in_place)
-- has no site: its place is the innermost of the user's code.
CREATE VIEW polled_tasks AS
WITH polled AS MATERIALIZED (
	SELECT t.id, t.capture, t.dump, t.process, t.task_id, t.tid, d.start_ns AS at_ns,
		h.id AS thread, h.comm
	FROM dumped_task AS t
	JOIN shown_dump AS d ON d.capture = t.capture AND d.dump = t.dump
		AND d.process = t.process
	LEFT JOIN thread AS h ON h.process = t.process AND h.tid = t.tid
	WHERE t.outcome = 'polling'
), slept AS (
	SELECT p.id, max(s.id) AS span
	FROM polled AS p
	JOIN offcpu_span AS s ON s.thread = p.thread AND NOT s.preempted
		AND coalesce(s.task_id = p.task_id, 1)
	WHERE s.start_ns <= p.at_ns
		AND (s.end_ns >= p.at_ns OR
			(s.open AND p.at_ns - s.end_ns < 100000000))
	GROUP BY p.id
), sampled AS (
	SELECT p.id, m.user_stack, min(abs(m.time_ns - p.at_ns)) AS away_ns
	FROM polled AS p
	JOIN sample AS m ON m.thread = p.thread AND coalesce(m.task_id = p.task_id, 1)
	WHERE m.user_stack IS NOT NULL
	GROUP BY p.id
)
SELECT p.capture, p.dump, p.process, p.id AS dumped_task, p.task_id, n.task, p.tid,
	p.comm AS thread, d.id IS NOT NULL OR s.id IS NOT NULL AS asleep,
	p.at_ns - s.start_ns AS asleep_ns, coalesce(s.cause, d.cause) AS cause, k.id AS stack,
	f.site AS function, f.file, f.line, (
		SELECT group_concat(text, ' ← ')
		FROM (SELECT g.site || coalesce(', ' || g.file || ':' || g.line, '') AS text
			FROM stack_frame AS sf
			JOIN frame AS g ON g.id = sf.frame
			WHERE sf.stack = k.id AND g.origin = 'user'
				AND sf.position > u.position
				AND sf.position < coalesce(k.poll_position, k.depth)
			ORDER BY sf.position)) AS callers
FROM polled AS p
JOIN task_names AS n ON n.dumped_task = p.id
LEFT JOIN task_thread AS d ON d.capture = p.capture AND d.dump = p.dump AND d.thread = p.thread
	AND d.task_id = p.task_id
LEFT JOIN slept AS l ON l.id = p.id
LEFT JOIN offcpu_span AS s ON s.id = l.span
LEFT JOIN sampled AS m ON m.id = p.id AND l.span IS NULL AND d.id IS NULL AND m.away_ns < 50000000
LEFT JOIN stack AS k ON k.id = coalesce(d.stack, s.user_stack, m.user_stack)
LEFT JOIN stack_frame AS u ON u.stack = k.id AND u.position = coalesce(k.site_position, (
	SELECT min(sf.position)
	FROM stack_frame AS sf
	JOIN frame AS g ON g.id = sf.frame
	WHERE sf.stack = k.id AND g.origin = 'user'))
LEFT JOIN frame AS f ON f.id = coalesce(k.site_frame, u.frame);
