-- Which binaries were mapped, and how much do their symbols tell?
SELECT path, build_id, symbols, symbol_file, problem,
	(SELECT count(*) FROM (SELECT DISTINCT file_offset FROM frame AS f WHERE f.binary = b.id))
		AS addresses,
	text_hash
FROM binary AS b
WHERE capture = :capture
ORDER BY addresses DESC, path;
