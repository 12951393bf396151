-- Which source files used the CPU with their own functions? std and libc count for callers.
SELECT file, origin, samples, self_ns, total_ns, share
FROM hot_file
WHERE capture = :capture AND self_ns > 0
ORDER BY self_ns DESC, total_ns DESC, file
LIMIT :top;
