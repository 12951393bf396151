-- Of which threads was the runtime's state never read, though that of their process is known? They
-- poll for a scheduler that the layout does not have. Whether what their samples show is one long
-- poll or many short ones is not known (view undecided_run). A filter does not change which these
-- are.
CREATE VIEW stateless_thread AS
SELECT t.capture, t.id AS thread
FROM thread AS t
JOIN process_source AS q ON q.process = t.process
WHERE q.source <> 'stack'
	AND EXISTS (SELECT 1 FROM main.sample AS s WHERE s.thread = t.id)
	AND NOT EXISTS (SELECT 1 FROM main.sample AS s WHERE s.thread = t.id
		AND s.runtime_state IS NOT NULL)
	AND NOT EXISTS (SELECT 1 FROM main.offcpu_span AS o WHERE o.thread = t.id
		AND o.runtime_state IS NOT NULL)
	AND NOT EXISTS (SELECT 1 FROM main.poll AS p WHERE p.thread = t.id);
