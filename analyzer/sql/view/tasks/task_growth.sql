-- Of which types of tasks were there ever more, dump after dump?
--
-- Of the dumps at which all of a type were read, from the first one with such a task: a dump is
-- left out where a limit was reached, where a list that has them changed each time, or was not
-- found, as that of a LocalSet whose thread just runs. never_less: at none of them were there fewer
-- than at the one before; rises: those with more. A type that rises at each dump leaks, unless its
-- tasks end later.
CREATE VIEW task_growth AS
WITH list AS MATERIALIZED (
	SELECT n.task, t.capture, t.process, t.owner, min(t.dump) AS first,
		min(r.always_found) AS always_found
	FROM dumped_task AS t
	JOIN task_names AS n ON n.dumped_task = t.id
	LEFT JOIN task_lists AS r ON r.capture = t.capture AND r.process = t.process
		AND r.dump = t.dump AND r.owner = t.owner
	GROUP BY n.task, t.capture, t.process, t.owner
), whole AS MATERIALIZED (
	SELECT k.task, d.capture, d.process, d.dump, d.start_ns
	FROM (SELECT task, capture, process, min(first) AS first FROM list
		GROUP BY task, capture, process) AS k
	JOIN task_dump AS d ON d.capture = k.capture AND d.process = k.process
		AND d.dump >= k.first AND NOT d.cut
	WHERE NOT EXISTS (SELECT 1
		FROM list AS l
		LEFT JOIN task_lists AS r ON r.capture = d.capture AND r.process = d.process
			AND r.dump = d.dump AND r.owner = l.owner
		WHERE l.task IS k.task AND l.capture = d.capture AND l.process = d.process
			AND l.first <= d.dump AND coalesce(r.broken > 0, l.always_found IS NOT 1))
), counted AS MATERIALIZED (
	SELECT t.capture, t.process, t.dump, n.task, count(*) AS tasks
	FROM dumped_task AS t
	JOIN task_names AS n ON n.dumped_task = t.id
	WHERE t.outcome <> 'gone'
	GROUP BY t.capture, t.process, t.dump, n.task
), step AS (
	SELECT w.capture, w.process, w.task, w.start_ns, coalesce(c.tasks, 0) AS tasks,
		coalesce(c.tasks, 0) - lag(coalesce(c.tasks, 0)) OVER one AS more,
		first_value(coalesce(c.tasks, 0)) OVER one AS tasks_first,
		row_number() OVER one AS turn
	FROM whole AS w
	LEFT JOIN counted AS c ON c.capture = w.capture AND c.process = w.process
		AND c.dump = w.dump AND c.task IS w.task
	WINDOW one AS (PARTITION BY w.capture, w.process, w.task ORDER BY w.dump)
)
SELECT s.capture, s.process, s.task, count(*) AS dumps,
	max(s.start_ns) - min(s.start_ns) AS wall_ns,
	min(s.tasks_first) AS tasks_first,
	max(CASE WHEN s.turn = l.turn THEN s.tasks END) AS tasks_last,
	coalesce(min(s.more), 0) >= 0 AS never_less, coalesce(sum(s.more > 0), 0) AS rises
FROM step AS s
JOIN (SELECT capture, process, task, max(turn) AS turn FROM step
	GROUP BY capture, process, task) AS l
	ON l.capture = s.capture AND l.process = s.process AND l.task IS s.task
GROUP BY s.capture, s.process, s.task;
