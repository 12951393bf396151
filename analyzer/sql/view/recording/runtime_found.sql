-- Is there a runtime in what was recorded, and if none was found, could it be told?
--
-- seen: a stack shows code of one; linked: a binary has it. symbols_missing: of the program's own
-- file it is not known. in_library: it is in a library, and the programs themselves have none.
CREATE VIEW runtime_found AS
SELECT c.id AS capture,
	EXISTS (SELECT 1 FROM stack AS k WHERE k.capture = c.id AND k.class IN
		('poll', 'park', 'runtime', 'pool', 'block-in-place', 'root')) AS seen,
	EXISTS (SELECT 1 FROM binary AS b WHERE b.capture = c.id AND b.has_runtime) AS linked,
	EXISTS (SELECT 1 FROM binary AS b JOIN mapping AS m ON m.binary = b.id
		JOIN process AS p ON p.id = m.process AND p.executable = b.path
		WHERE b.capture = c.id AND b.has_runtime IS NULL) AS symbols_missing,
	EXISTS (SELECT 1 FROM binary AS b WHERE b.capture = c.id AND b.has_runtime)
		AND EXISTS (SELECT 1 FROM process AS p JOIN binary AS b
			ON b.path = p.executable AND b.capture = p.capture
			WHERE p.capture = c.id AND NOT b.has_runtime)
		AND NOT EXISTS (SELECT 1 FROM process AS p JOIN binary AS b
			ON b.path = p.executable AND b.capture = p.capture
			WHERE p.capture = c.id AND coalesce(b.has_runtime, 1)) AS in_library
FROM capture AS c;
