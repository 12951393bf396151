-- Which functions used the CPU: themselves (self_ns), and with all they called (total_ns)?
--
-- A function's parts may be declared in several places, as the arms of the runtime's select! are: it is the
-- user's if any part is.
CREATE VIEW hotspots AS
WITH named AS (
	SELECT h.capture, h.stack, coalesce(f.site, 'unknown') AS function, min(f.crate) AS crate,
		coalesce(min(CASE WHEN f.origin = 'user' THEN f.origin END), min(f.origin), 'unknown') AS origin,
		coalesce(min(CASE WHEN f.origin = 'user' THEN f.decl_file END), min(f.decl_file)) AS file,
		coalesce(min(CASE WHEN f.origin = 'user' THEN f.decl_line END), min(f.decl_line)) AS line, max(h.samples) AS samples, max(h.cpu_ns) AS cpu_ns,
		max(h.own) AS own
	FROM hot_frame AS h
	LEFT JOIN frame AS f ON f.id = h.frame
	GROUP BY h.capture, h.stack, coalesce(f.site, 'unknown')
)
SELECT capture, function, min(crate) AS crate,
	coalesce(min(CASE WHEN origin = 'user' THEN origin END), min(origin)) AS origin,
	coalesce(min(CASE WHEN origin = 'user' THEN file END), min(file)) AS file,
	coalesce(min(CASE WHEN origin = 'user' THEN line END), min(line)) AS line,
	sum(CASE WHEN own THEN samples ELSE 0 END) AS samples,
	CAST(round(total(CASE WHEN own THEN cpu_ns END)) AS INTEGER) AS self_ns,
	CAST(round(total(cpu_ns)) AS INTEGER) AS total_ns
FROM named
GROUP BY capture, function
ORDER BY capture, self_ns DESC, total_ns DESC, function;
