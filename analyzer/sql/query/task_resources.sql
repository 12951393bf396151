-- What do tasks of the last dump wait for together, and who holds it?
SELECT dump, number, leaf, free_permits, closed, waiters, waits_in,
	waits_file, waits_line, waits_line_end, holders, holder, holder_tid, holder_task,
	holder_place, holder_file, holder_line, holder_line_end, holder_drops_guard,
	holder_waits_in, channel, polled,
	woken, woken_task
FROM task_resources
WHERE capture = :capture AND dump IN (
	SELECT max(dump) FROM shown_dump WHERE capture = :capture GROUP BY process)
	AND waiters > 0 AND (leaf = 'acquire' OR waiters > 1 OR holders > 0)
ORDER BY dump, number
LIMIT :top;
