-- Which source files used the CPU: their own functions (self_ns), and with all they called
-- (total_ns)?
CREATE VIEW hot_file AS
WITH named AS (
	SELECT h.capture, h.stack, f.decl_file AS file, min(f.origin) AS origin,
		max(h.samples) AS samples, max(h.cpu_ns) AS cpu_ns, max(h.own) AS own
	FROM hot_frame AS h
	LEFT JOIN frame AS f ON f.id = h.frame
	GROUP BY h.capture, h.stack, f.decl_file
), summed AS (
	SELECT capture, file, coalesce(min(origin), 'unknown') AS origin,
		sum(CASE WHEN own THEN samples ELSE 0 END) AS samples,
		CAST(round(total(CASE WHEN own THEN cpu_ns END)) AS INTEGER) AS self_ns,
		CAST(round(total(cpu_ns)) AS INTEGER) AS total_ns
	FROM named
	GROUP BY capture, file
)
SELECT *, 1.0 * self_ns / max(sum(self_ns) OVER (PARTITION BY capture), 1) AS share
FROM summed
ORDER BY capture, self_ns DESC, total_ns DESC, file;
