-- Which tasks of the last dump await the end of others? Each stands below the one that awaits it.
SELECT task_id, task, level, place, place_file, place_line, place_line_end, waits_in, leaf,
	closure, tid, comm, cause, function, file, line
FROM task_joins
WHERE capture = :capture AND dump = (SELECT max(dump) FROM shown_dump WHERE capture = :capture)
ORDER BY path
LIMIT :top;
