-- Which code blocked the main future, which blocks itself and what it joins, but no worker?
SELECT site, function, crate, origin, file, line, decl_line, cause, tasks, entry, count, total_ns,
	run_queue_ns, p50_ns, p99_ns, max_ns, open_count, at_attach_count, longest_at_attach,
	bounds, at_most, wakers, unended_share, advice, documentation, boundary, boundary_file,
	boundary_line, boundary_share, leaf, leaf_file, leaf_line, leaf_share, inferred
FROM main_sites
WHERE capture = :capture
ORDER BY total_ns DESC, function, cause
LIMIT :top;
