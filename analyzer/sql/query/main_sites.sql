-- Which code blocked the main future, which blocks itself and what it joins, but no worker?
SELECT function, crate, file, line, cause, count, total_ns, max_ns, open_count, all_the_time,
	at_most, advice, documentation
FROM main_sites
WHERE capture = :capture
ORDER BY total_ns DESC, function, cause
LIMIT :top;
