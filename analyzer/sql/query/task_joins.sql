-- Which tasks of the last dump await the end of others? Each stands below the one that awaits it.
SELECT dump, task_id, task, level, place, place_file, place_line, place_line_end, waits_in, leaf,
	closure, tid, comm, cause, function, file, line
FROM task_joins
WHERE capture = :capture AND dump IN (
	SELECT max(dump) FROM shown_dump WHERE capture = :capture GROUP BY process)
ORDER BY dump, path
LIMIT :top;
