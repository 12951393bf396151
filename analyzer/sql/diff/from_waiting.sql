-- How many tasks of each type waited at each place, at the last dump of the chosen time?
SELECT coalesce(task, ''), coalesce(place, ''), coalesce(waits_in, ''),
	CASE outcome WHEN 'read' THEN '' ELSE outcome END AS outcome, place_file, place_line,
	count(*)
FROM dumped_tasks
WHERE capture = :capture AND dump IN (
	SELECT max(dump) FROM chosen_dump WHERE capture = :capture GROUP BY process)
GROUP BY 1, 2, 3, 4, 5, 6;
