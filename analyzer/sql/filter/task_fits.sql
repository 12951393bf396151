-- Does --task fit any task that was seen, blocking or not?
SELECT EXISTS (SELECT 1 FROM filter AS l JOIN main.stack AS k ON k.capture = l.capture
		AND named(l.task, k.task))
	OR EXISTS (SELECT 1 FROM filter AS l JOIN main.blocking_poll AS b ON b.capture = l.capture
		AND named(l.task, b.task));
