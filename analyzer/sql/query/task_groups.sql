-- Which tasks wait, how many at the same place, and for what, in the last dump?
SELECT dump, tasks, task, place, place_file AS file, place_line AS line,
	place_line_end AS line_end, waits_in, leaf, outcome, woken,
	finished, example
FROM task_groups
WHERE capture = :capture AND dump IN (
	SELECT max(dump) FROM shown_dump WHERE capture = :capture GROUP BY process)
ORDER BY dump, tasks DESC, task, example
LIMIT :top;
