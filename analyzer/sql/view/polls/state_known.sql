-- From when on did hud-record know where a runtime of a process keeps its state? A layout that was
-- withdrawn is not believed of any time. One that debug information has is written down a little
-- after it was first used: whoever knows a poll knows the state.
CREATE VIEW state_known AS
SELECT l.capture, l.process, min(min(l.time_ns), coalesce((SELECT min(p.start_max_ns)
	FROM thread AS t JOIN poll AS p ON p.thread = t.id
	WHERE t.process = l.process), 9223372036854775807)) AS from_ns
FROM layout AS l
JOIN process_source AS q ON q.process = l.process
WHERE l.source <> 'none' AND q.source <> 'stack'
GROUP BY l.capture, l.process;
