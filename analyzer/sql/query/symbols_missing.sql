-- Which programs have no debug information, what does that cost, and how is it got?
SELECT b.path, b.symbols,
	CASE b.symbols
	WHEN 'none' THEN 'no function has a name, and code of the runtime cannot be told from yours'
	WHEN 'dynsym' THEN 'only exported functions have names, and code of the runtime cannot be told from yours'
	ELSE 'no lines, and of inlined calls only the function they ended up in'
	END AS cost,
	CASE b.symbols
	WHEN 'symtab' THEN 'build with debug = "line-tables-only", or give its debug file with --debug-dir'
	ELSE 'give the unstripped file with --binary, or its debug file with --debug-dir'
	END AS remedy
FROM binary AS b
WHERE b.capture = :capture AND b.symbols <> 'dwarf'
	AND b.path IN (SELECT p.executable FROM process AS p WHERE p.capture = :capture)
ORDER BY b.path;
