-- Which consecutive samples of a thread, with no sleep between them, saw the same activity?
--
-- The activity of a sample inside a poll is the task, or the poll function and the outermost user
-- frame where the task is not known; of any other sample it is the class of its stack. Samples
-- whose stack shows nothing neither end a run nor belong to one.
--
-- Only needed where polls are known by stacks alone, as they are until the runtime's state is
-- learned, or not distinguished by it (view tickless_process), or not by their tasks
-- (38_poll_upper_bound.sql), or where it was never read of a thread (view stateless_thread). A run
-- ends where more, or less, becomes known.
INSERT INTO sample_run (capture, thread, awake_ns, activity, poll, task, samples, first_ns, last_ns,
	waited_ns)
WITH needed AS MATERIALIZED (
	SELECT q.process, y.from_ns AS known_ns, n.from_ns AS tickless_ns, n.until_ns AS tick_ns,
		CASE WHEN q.source = 'stack' OR n.process IS NOT NULL
			OR q.process IN (SELECT o.process FROM poll AS u
			JOIN thread AS o ON o.id = u.thread WHERE u.capture = :capture
				AND u.task_id IS NULL
				AND u.scheduler IN (SELECT k.name FROM scheduler AS k
					WHERE NOT k.single_threaded))
		THEN 9223372036854775807 ELSE y.from_ns END AS until_ns
	FROM process_source AS q
	LEFT JOIN state_known AS y ON y.process = q.process
	LEFT JOIN tickless_process AS n ON n.process = q.process
	WHERE q.capture = :capture
), classified AS (
	SELECT e.thread, s.awake_ns, s.time_ns, s.waited_ns, e.id AS observation,
		e.class = 'poll' AND NOT e.without_core AS poll,
		k.task,
		CASE
		WHEN e.class <> 'poll' OR e.without_core THEN e.class
		WHEN k.task IS NOT NULL THEN 'task ' || k.task
		ELSE 'poll ' || coalesce(p.function, '') || ' of ' || coalesce(n.site, '')
		END AS activity,
		coalesce(s.time_ns < q.known_ns, 0) + coalesce(s.time_ns < q.tickless_ns, 0)
			+ coalesce(s.time_ns < q.tick_ns, 0) AS early
	FROM needed AS q
	CROSS JOIN thread AS t ON t.process = q.process
	CROSS JOIN observation AS e ON e.thread = t.id AND (e.start_ns < q.until_ns
		OR t.id IN (SELECT n.thread FROM stateless_thread AS n WHERE n.capture = :capture))
	JOIN sample AS s ON s.id = e.sample
	LEFT JOIN stack AS k ON k.id = e.stack
	LEFT JOIN frame AS p ON p.id = k.poll_frame
	LEFT JOIN frame AS n ON n.id = k.entry_frame
	WHERE e.class <> 'unknown'
), numbered AS (
	SELECT *,
		row_number() OVER (PARTITION BY thread, awake_ns, early
			ORDER BY time_ns, observation)
		- row_number() OVER (PARTITION BY thread, awake_ns, early, activity
			ORDER BY time_ns, observation) AS run
	FROM classified
)
SELECT :capture, thread, awake_ns, activity, max(poll), max(task), count(*), min(time_ns),
	max(time_ns), max(waited_ns) - min(waited_ns)
FROM numbered
GROUP BY thread, awake_ns, early, activity, run
ORDER BY thread, awake_ns, min(time_ns);
