-- What type of task does a function poll, by its stack of one frame?
--
-- A runtime's function, which polls tasks of many types, is no name: its address distinguishes it,
-- and is the same in each recording of that build. named 0: there is nothing but an address.
CREATE VIEW poller_names AS
WITH poller AS (
	SELECT k.id AS site_stack, coalesce(k.task, p.task, f.task_type) AS type, f.function,
		f.origin IN (SELECT r.name FROM runtime AS r) AS of_runtime,
		replace(b.path, rtrim(b.path, replace(b.path, '/', '')), '')
			|| printf('+0x%x', f.file_offset) AS place
	FROM stack AS k
	LEFT JOIN poll_site AS p ON p.stack = k.id
	LEFT JOIN stack_frame AS sf ON sf.stack = k.id AND sf.position = 0
	LEFT JOIN frame AS f ON f.id = sf.frame
	LEFT JOIN binary AS b ON b.id = f.binary
)
SELECT site_stack, coalesce(type, CASE WHEN of_runtime THEN place END, function) AS task,
	type IS NOT NULL OR coalesce(NOT of_runtime AND NOT function GLOB '*+0x*', 0) AS named
FROM poller;
