-- Which functions used the CPU: themselves (self_ns), and with all they called (total_ns)?
--
-- Parts of a function may be declared in several places (the arms of the runtime's select! are): it
-- is the user's if any part is.
CREATE VIEW hotspots AS
WITH named AS (
	SELECT h.capture, h.stack, coalesce(f.site, 'unknown') AS function, min(f.crate) AS crate,
		min(f.origin) AS origin, min(f.decl_file) AS file, min(f.decl_line) AS line,
		min(CASE WHEN f.origin = 'user' THEN f.decl_file END) AS user_file,
		min(CASE WHEN f.origin = 'user' THEN f.decl_line END) AS user_line,
		max(f.origin = 'user') AS user, max(h.samples) AS samples, max(h.cpu_ns) AS cpu_ns,
		max(h.own) AS own
	FROM hot_frame AS h
	LEFT JOIN frame AS f ON f.id = h.frame
	GROUP BY h.capture, h.stack, coalesce(f.site, 'unknown')
), summed AS (
	SELECT capture, function, min(crate) AS crate,
		CASE WHEN max(user) THEN 'user' ELSE coalesce(min(origin), 'unknown') END AS origin,
		coalesce(min(user_file), min(file)) AS file,
		coalesce(min(user_line), min(line)) AS line,
		sum(CASE WHEN own THEN samples ELSE 0 END) AS samples,
		CAST(round(total(CASE WHEN own THEN cpu_ns END)) AS INTEGER) AS self_ns,
		CAST(round(total(cpu_ns)) AS INTEGER) AS total_ns
	FROM named
	GROUP BY capture, function
)
SELECT *, 1.0 * self_ns / max(sum(self_ns) OVER (PARTITION BY capture), 1) AS share
FROM summed
ORDER BY capture, self_ns DESC, total_ns DESC, function;
