-- What is compared? All blocking, even if there is none, sites, tasks, and as many workers as every
-- capture has. Time without a stack (the site `unknown`) counts in all blocking only.
INSERT INTO subject (kind, crate, name, cause)
SELECT kind, crate, name, cause
FROM arrived
WHERE (kind <> 'worker' OR CAST(name AS INTEGER) <= (SELECT min(workers) FROM compared))
	AND (kind <> 'site' OR name <> 'unknown')
UNION
SELECT 'all', '', '', ''
ORDER BY 1, 3, 2, 4;
