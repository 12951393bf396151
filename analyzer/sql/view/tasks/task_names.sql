-- What is each task called: its outermost future, or what the function that polls it says?
--
-- named: as in poller_names.
CREATE VIEW task_names AS
SELECT t.id AS dumped_task, coalesce(y.name, n.task) AS task,
	y.name IS NOT NULL OR coalesce(n.named, 0) AS named
FROM dumped_task AS t
LEFT JOIN poller_names AS n ON n.site_stack = t.site_stack
LEFT JOIN task_frame AS o ON o.dumped_task = t.id AND o.position = 0
LEFT JOIN task_type AS y ON y.id = o.type;
