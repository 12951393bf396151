-- Which tasks of the last dump hold what others wait for, and wait for no such thing themselves?
SELECT dump, task_id, tid, task, resources, waiters, outcome, place, place_file, place_line,
	place_line_end, waits_in, leaf
FROM task_holders
WHERE capture = :capture AND dump IN (
	SELECT max(dump) FROM shown_dump WHERE capture = :capture GROUP BY process)
ORDER BY dump, waiters DESC, task_id, tid
LIMIT :top;
