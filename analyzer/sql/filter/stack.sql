-- Which stacks does --match match? Those with a matching function, or a function in a matching
-- file, outside the runtime, std and libc; and those of a matching task.
INSERT INTO temp.filter_stack (stack)
SELECT sf.stack
FROM filter AS l
JOIN frame AS f ON f.capture = l.capture AND f.origin IN ('user', 'third-party', 'unknown')
	AND (f.site REGEXP l.match OR f.file REGEXP l.match)
JOIN stack_frame AS sf ON sf.frame = f.id
UNION
SELECT k.id
FROM filter AS l
JOIN stack AS k ON k.capture = l.capture
LEFT JOIN frame AS f ON f.id = k.site_frame
WHERE k.task REGEXP l.match OR f.site REGEXP l.match;
