-- Since when was each task seen at the same place, dump after dump?
--
-- first_ns: the end of the first of these dumps. It may have gone on and come back in between:
-- tasks that wait in a loop do.
CREATE VIEW task_stays AS
WITH turn AS MATERIALIZED (
	SELECT capture, process, dump, start_ns, end_ns,
		row_number() OVER (PARTITION BY capture, process ORDER BY dump) AS turn
	FROM task_dump
), step AS (
	SELECT t.capture, t.process, t.dump, t.task_id, t.id AS dumped_task, t.chain, u.start_ns,
		u.end_ns,
		lag(t.chain) OVER one IS NOT t.chain OR lag(u.turn) OVER one IS NOT u.turn - 1
			AS changed
	FROM dumped_task AS t
	JOIN turn AS u ON u.capture = t.capture AND u.process = t.process AND u.dump = t.dump
	WHERE t.chain IS NOT NULL
	WINDOW one AS (PARTITION BY t.capture, t.process, t.task_id ORDER BY t.dump)
), stay AS (
	SELECT *, sum(changed) OVER (PARTITION BY capture, process, task_id ORDER BY dump) AS stay
	FROM step
)
SELECT capture, process, dump, task_id, dumped_task, chain,
	min(end_ns) OVER same AS first_ns, count(*) OVER same AS dumps,
	max(start_ns - min(end_ns) OVER same, 0) AS seen_ns
FROM stay
WINDOW same AS (PARTITION BY capture, process, task_id, stay ORDER BY dump);
