-- Which frames stand on the stacks that were seen on a CPU, and which of them was it that ran?
--
-- What ran (own) is the innermost frame that is neither std nor libc: what these do counts for who
-- called them. Where there is nothing else, it is the innermost.
CREATE VIEW hot_frame AS
WITH heavy AS (
	SELECT capture, stack, sum(samples) AS samples, sum(cpu_ns) AS cpu_ns
	FROM sample_weight
	GROUP BY capture, stack
), placed AS (
	SELECT h.capture, h.stack, h.samples, h.cpu_ns, sf.position, sf.frame,
		min(CASE WHEN f.origin NOT IN ('std', 'libc') THEN sf.position END)
			OVER (PARTITION BY h.capture, h.stack) AS own_position
	FROM heavy AS h
	LEFT JOIN stack_frame AS sf ON sf.stack = h.stack
	LEFT JOIN frame AS f ON f.id = sf.frame
)
SELECT capture, stack, frame, samples, cpu_ns,
	coalesce(position, 0) = coalesce(own_position, 0) AS own
FROM placed;
