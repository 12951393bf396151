-- The binaries that frames are in, each with where it was mapped first; programs before libraries.
SELECT b.id, b.path, b.build_id, coalesce(m.start_address, 0), coalesce(m.end_address, 0),
	coalesce(m.file_offset, 0), min(m.id)
FROM binary AS b
LEFT JOIN mapping AS m ON m.binary = b.id
WHERE b.capture = :capture
GROUP BY b.id
ORDER BY b.path NOT IN (SELECT executable FROM process WHERE capture = :capture
	AND executable IS NOT NULL), b.id;
