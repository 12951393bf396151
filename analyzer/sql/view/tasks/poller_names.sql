-- What type of task does a function poll, by its stack of one frame?
CREATE VIEW poller_names AS
SELECT k.id AS site_stack, coalesce(k.task, p.task, f.task_type, f.function) AS task
FROM stack AS k
LEFT JOIN poll_site AS p ON p.stack = k.id
LEFT JOIN stack_frame AS sf ON sf.stack = k.id AND sf.position = 0
LEFT JOIN frame AS f ON f.id = sf.frame;
