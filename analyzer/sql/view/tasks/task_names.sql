-- What is each task called: its outermost future, or what the function that polls it says?
CREATE VIEW task_names AS
SELECT t.id AS dumped_task, coalesce(y.name, k.task, s.function) AS task
FROM dumped_task AS t
LEFT JOIN stack AS k ON k.id = t.site_stack
LEFT JOIN stack_frame AS sf ON sf.stack = t.site_stack AND sf.position = 0
LEFT JOIN frame AS s ON s.id = sf.frame
LEFT JOIN task_frame AS o ON o.dumped_task = t.id AND o.position = 0
LEFT JOIN task_type AS y ON y.id = o.type;
