-- Which frames are on the stacks that were seen on a CPU, and which of them is the CPU time's own?
--
-- That (own) is the innermost frame that is neither std nor libc: their work counts for who called
-- them. Where all frames are theirs, it is the innermost.
CREATE VIEW hot_frame AS
WITH sampled AS (
	SELECT capture, stack, sum(samples) AS samples, sum(cpu_ns) AS cpu_ns
	FROM sample_weight
	GROUP BY capture, stack
), placed AS (
	SELECT h.capture, h.stack, h.samples, h.cpu_ns, sf.position, sf.frame,
		min(CASE WHEN f.origin NOT IN ('std', 'libc') THEN sf.position END)
			OVER (PARTITION BY h.capture, h.stack) AS own_position
	FROM sampled AS h
	LEFT JOIN stack_frame AS sf ON sf.stack = h.stack
	LEFT JOIN frame AS f ON f.id = sf.frame
)
SELECT capture, stack, frame, samples, cpu_ns,
	coalesce(position, 0) = coalesce(own_position, 0) AS own
FROM placed;
