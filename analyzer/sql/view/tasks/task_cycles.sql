-- Which tasks wait for each other in a circle, so that none of them can go on?
--
-- `tasks` begins with the lowest id of them, ids as in task_waits_for, and goes from the one that
-- waits to the one it waits for; of_types and places are in the same order. certain 0: one of them
-- waits for something else too, or others may hold what it waits for.
--
-- A circle has at most 16 tasks, a certain one 1,000. Where many hold what one waits for, there are
-- as many circles as ways around: of those that can be part of one, two are followed. `dead`: who
-- waits only for what does not wait is in no circle.
CREATE VIEW task_cycles AS
WITH RECURSIVE wait AS MATERIALIZED (
	SELECT capture, dump, process, waiter, other, resource, max(certain) AS certain,
		min(coalesce(place || ' ' || place_file || ':' || place_line
			|| coalesce('-' || place_line_end, ''), '?')) AS place,
		count(*) OVER (PARTITION BY capture, dump, process, waiter) AS choices
	FROM task_waits_for
	GROUP BY capture, dump, process, waiter, other, resource
), dead (capture, dump, process, id) AS (
	SELECT w.capture, w.dump, w.process, w.other
	FROM wait AS w
	WHERE NOT EXISTS (SELECT 1 FROM wait AS n WHERE n.capture = w.capture
		AND n.dump = w.dump AND n.process = w.process AND n.waiter = w.other)
	UNION
	SELECT w.capture, w.dump, w.process, w.waiter
	FROM dead AS d
	JOIN wait AS w ON w.capture = d.capture AND w.dump = d.dump AND w.process = d.process
		AND w.other = d.id AND w.choices = 1
), edge AS MATERIALIZED (
	SELECT *
	FROM (SELECT w.*, row_number() OVER (PARTITION BY w.capture, w.dump, w.process, w.waiter,
				w.resource ORDER BY w.other) AS rank
		FROM wait AS w
		LEFT JOIN dead AS d ON d.capture = w.capture AND d.dump = w.dump
			AND d.process = w.process AND d.id = w.other
		WHERE d.id IS NULL)
	WHERE rank <= 2
), link AS MATERIALIZED (
	SELECT capture, dump, process, waiter, other, max(certain) AS certain
	FROM edge
	GROUP BY capture, dump, process, waiter, other
), walk AS (
	SELECT capture, dump, process, waiter AS start, other AS at, certain, 1 AS length,
		',' || waiter || ',' AS path
	FROM link
	WHERE other >= waiter
	UNION ALL
	SELECT w.capture, w.dump, w.process, w.start, e.other, min(w.certain, e.certain),
		w.length + 1, w.path || w.at || ','
	FROM walk AS w
	JOIN link AS e ON e.capture = w.capture AND e.dump = w.dump AND e.process = w.process
		AND e.waiter = w.at AND e.other >= w.start
	WHERE w.at > w.start AND (w.length < 16 OR (w.certain AND e.certain AND w.length < 1000))
		AND instr(w.path, ',' || w.at || ',') = 0
), member AS (
	SELECT capture, dump, process, task_id AS member, task FROM dumped_tasks
	UNION ALL
	SELECT t.capture, t.dump, t.process, -t.tid, (SELECT f.name FROM await_frames AS f
		WHERE f.dumped_task = t.id AND f.position = 0)
	FROM shown_future AS t
	WHERE t.main
), step AS (
	SELECT w.*, coalesce(t.task, '?') AS type, instr(w.path, ',' || t.member || ',') AS number,
		(SELECT min(e.place) FROM edge AS e
			WHERE e.capture = w.capture AND e.dump = w.dump AND e.process = w.process
				AND e.waiter = t.member
				AND instr(w.path, ',' || e.other || ',')) AS place
	FROM walk AS w
	JOIN member AS t ON t.capture = w.capture AND t.dump = w.dump AND t.process = w.process
		AND instr(w.path, ',' || t.member || ',')
	WHERE w.at = w.start
)
SELECT capture, dump, process, trim(path, ',') AS tasks, length, certain, of_types, places
FROM (
	SELECT *, group_concat(type, ' → ') OVER in_order AS of_types,
		group_concat(place, ' → ') OVER in_order AS places
	FROM step
	WINDOW in_order AS (PARTITION BY capture, dump, process, path ORDER BY number
		ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING)
)
WHERE number = 1;
