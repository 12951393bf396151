-- Of which types of tasks were there ever more, dump after dump?
--
-- never_less: at no dump were there fewer than at the one before; rises: dumps with more. A type
-- that rises at each dump leaks, unless its tasks end later.
CREATE VIEW task_growth AS
WITH turn AS MATERIALIZED (
	SELECT capture, process, dump, start_ns,
		row_number() OVER (PARTITION BY capture, process ORDER BY dump) AS turn,
		count(*) OVER (PARTITION BY capture, process) AS dumps
	FROM task_dump
), counted AS MATERIALIZED (
	SELECT t.capture, t.process, t.dump, n.task, count(*) AS tasks
	FROM dumped_task AS t
	JOIN task_names AS n ON n.dumped_task = t.id
	GROUP BY t.capture, t.process, t.dump, n.task
), whole AS (
	SELECT u.capture, u.process, u.turn, u.dumps, u.start_ns, k.task,
		coalesce(c.tasks, 0) AS tasks
	FROM turn AS u
	JOIN (SELECT DISTINCT capture, process, task FROM counted) AS k
		ON k.capture = u.capture AND k.process = u.process
	LEFT JOIN counted AS c ON c.capture = u.capture AND c.process = u.process
		AND c.dump = u.dump AND c.task IS k.task
), step AS (
	SELECT *, tasks - lag(tasks) OVER (
		PARTITION BY capture, process, task ORDER BY turn) AS more
	FROM whole
)
SELECT capture, process, task, dumps, max(start_ns) - min(start_ns) AS wall_ns,
	max(CASE WHEN turn = 1 THEN tasks END) AS tasks_first,
	max(CASE WHEN turn = dumps THEN tasks END) AS tasks_last,
	coalesce(min(more), 0) >= 0 AS never_less, coalesce(sum(more > 0), 0) AS rises
FROM step
GROUP BY capture, process, task;
