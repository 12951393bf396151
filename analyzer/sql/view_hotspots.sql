-- Which functions were on a CPU, in themselves and with all they called?
--
-- By the samples of the CPU profile, in all threads that were watched. A function that calls itself
-- counts once in a stack. In the kernel means: on behalf of the function, while it ran no more itself.
CREATE VIEW hotspots AS
WITH heap AS MATERIALIZED (
	SELECT capture, user_stack AS stack, count(*) AS samples, count(kernel_stack) AS kernel
	FROM sample
	WHERE profile AND user_stack IS NOT NULL
	GROUP BY capture, user_stack
), inside AS MATERIALIZED (
	SELECT h.capture, h.stack, f.site AS function, h.samples, h.kernel,
		min(sf.position) = 0 AS innermost, max(f.crate) AS crate, max(f.origin) AS origin,
		max(coalesce(f.decl_file, f.file)) AS file
	FROM heap AS h
	JOIN stack_frame AS sf ON sf.stack = h.stack
	JOIN frame AS f ON f.id = sf.frame
	GROUP BY h.stack, f.site
), whole AS MATERIALIZED (
	SELECT capture, count(*) AS samples FROM sample WHERE profile GROUP BY capture
)
SELECT i.capture, i.function, max(i.crate) AS crate, max(i.origin) AS origin, max(i.file) AS file,
	sum(CASE WHEN i.innermost THEN i.samples ELSE 0 END) AS self_samples,
	sum(CASE WHEN i.innermost THEN i.kernel ELSE 0 END) AS kernel_samples,
	sum(i.samples) AS samples,
	100.0 * sum(CASE WHEN i.innermost THEN i.samples ELSE 0 END) / w.samples AS self_percent,
	100.0 * sum(i.samples) / w.samples AS percent
FROM inside AS i
JOIN whole AS w ON w.capture = i.capture
GROUP BY i.capture, i.function
ORDER BY i.capture, self_samples DESC, samples DESC, i.function;
