-- In the functions of which source files was the CPU used?
SELECT file, origin, samples, self_ns, total_ns,
	1.0 * self_ns / max(sum(self_ns) OVER (), 1) AS share
FROM hot_file
WHERE capture = :capture AND self_ns > 0
ORDER BY self_ns DESC, total_ns DESC, file
LIMIT :top;
