-- What is compared? All blocking, also where there is none; workers only up to the number that every
-- capture has. What no stack reaches (`unknown`) is in the whole, and no place that could change.
INSERT INTO subject (kind, crate, name, cause)
SELECT kind, crate, name, cause
FROM arrived
WHERE (kind <> 'worker' OR CAST(name AS INTEGER) <= (SELECT min(workers) FROM compared))
	AND (kind <> 'site' OR name <> 'unknown')
UNION
SELECT 'all', '', '', ''
ORDER BY 1, 3, 2, 4;
