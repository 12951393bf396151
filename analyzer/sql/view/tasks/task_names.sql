-- What is each task called: its outermost future, or what the function that polls it says?
--
-- `named` 0: neither does. A runtime's function, which polls tasks of many types, is no name: its
-- address tells them apart, and is the same in each recording of that build.
CREATE VIEW task_names AS
WITH poller AS (
	SELECT t.id AS dumped_task, coalesce(y.name, k.task) AS type, s.function,
		s.origin IN (SELECT r.name FROM runtime AS r) AS of_runtime,
		replace(b.path, rtrim(b.path, replace(b.path, '/', '')), '')
			|| printf('+0x%x', s.file_offset) AS place,
		s.function GLOB '*+0x*' AS nameless
	FROM dumped_task AS t
	LEFT JOIN stack AS k ON k.id = t.site_stack
	LEFT JOIN stack_frame AS sf ON sf.stack = t.site_stack AND sf.position = 0
	LEFT JOIN frame AS s ON s.id = sf.frame
	LEFT JOIN binary AS b ON b.id = s.binary
	LEFT JOIN task_frame AS o ON o.dumped_task = t.id AND o.position = 0
	LEFT JOIN task_type AS y ON y.id = o.type
)
SELECT dumped_task,
	coalesce(type, CASE WHEN of_runtime THEN place END, function) AS task,
	type IS NOT NULL OR coalesce(NOT of_runtime AND NOT nameless, 0) AS named
FROM poller;
