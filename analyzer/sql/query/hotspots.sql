-- Which functions used the CPU themselves? std and libc count for their callers.
SELECT function, origin, crate, file, line, samples, self_ns, total_ns, share
FROM hotspots
WHERE capture = :capture AND self_ns > 0
ORDER BY self_ns DESC, total_ns DESC, function
LIMIT :top;
