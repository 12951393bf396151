-- Which binaries were mapped, and what is known of their functions?
SELECT path, build_id, symbols, symbol_file, problem, addresses, text_hash
FROM binaries
WHERE capture = :capture
ORDER BY addresses DESC, path;
