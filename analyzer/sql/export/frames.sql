-- The frames of a stack, from the outermost to the innermost.
SELECT f.id, coalesce(nullif(f.site, ''), 'unknown') AS site, f.function, f.file, f.line,
	f.inlined, f.binary, f.file_offset, f.origin, f.decl_line
FROM stack_frame AS s
JOIN frame AS f ON f.id = s.frame
WHERE s.stack = :stack
ORDER BY s.position DESC;
