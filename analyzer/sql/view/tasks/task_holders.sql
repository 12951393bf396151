-- Which tasks hold what others wait for, and wait for no such thing themselves? The others go on
-- when these do.
--
-- Also the future of a block_on: task_id 0, tid of its thread. resources: so many of what it holds;
-- waiters: who wait for these. The place is where it waits.
CREATE VIEW task_holders AS
WITH held AS MATERIALIZED (
	SELECT DISTINCT w.capture, w.dump, w.process, w.dumped_task, w.task_id, w.tid, w.resource,
		r.waiters
	FROM task_waits AS w
	JOIN resource_waiters AS r ON r.capture = w.capture AND r.dump = w.dump
		AND r.process = w.process AND r.resource = w.resource
	WHERE w.kind = 'hold' AND w.leaf = 'guard' AND r.waiters > 0
), waits AS MATERIALIZED (
	SELECT DISTINCT w.dumped_task
	FROM task_waits AS w
	JOIN resource_waiters AS r ON r.capture = w.capture AND r.dump = w.dump
		AND r.process = w.process AND r.resource = w.resource
	WHERE w.kind = 'wait' AND r.holders > 0
)
SELECT h.capture, h.dump, h.process, h.dumped_task, h.task_id, h.tid, coalesce(t.task, (
		SELECT f.name FROM await_frames AS f
		WHERE f.dumped_task = h.dumped_task AND f.position = 0)) AS task,
	count(*) AS resources, sum(h.waiters) AS waiters, t.outcome, t.place, t.place_file,
	t.place_line, t.place_line_end, t.waits_in, t.leaf
FROM held AS h
LEFT JOIN dumped_tasks AS t ON t.dumped_task = h.dumped_task
WHERE h.dumped_task NOT IN (SELECT dumped_task FROM waits)
GROUP BY h.dumped_task;
