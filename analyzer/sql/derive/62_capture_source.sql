-- How are the polls of the capture known? In the best way in which those of any process with a
-- worker are.
--
-- The session record says what the recorder expected before it knew the process; this is what came
-- of it.
UPDATE capture SET source = coalesce((
	SELECT q.source
	FROM worker AS w
	JOIN thread AS t ON t.id = w.thread
	JOIN process_source AS q ON q.process = t.process
	WHERE w.capture = :capture
	ORDER BY CASE q.source WHEN 'exact' THEN 1 WHEN 'passive' THEN 2 ELSE 3 END
	LIMIT 1), 'stack')
WHERE id = :capture;
