-- One frame, with the columns of sql/export/frames.sql.
SELECT f.id, coalesce(nullif(f.site, ''), 'unknown') AS site, f.function, f.file, f.line,
	f.inlined, f.binary, f.file_offset, f.origin, f.decl_line
FROM frame AS f
WHERE f.id = :frame;
