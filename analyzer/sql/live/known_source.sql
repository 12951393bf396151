-- A process whose runtime's state was believed earlier is believed: a short window may hold too
-- little to confirm it. One whose layout was withdrawn is not.
UPDATE process_source
SET source = k.source
FROM known_source AS k
WHERE k.process = process_source.process AND process_source.source = 'stack'
	AND NOT EXISTS (SELECT 1 FROM layout AS l
		WHERE l.process = process_source.process AND l.withdrawn);

INSERT OR REPLACE INTO known_source (process, source)
SELECT process, source FROM process_source
WHERE capture = :capture AND source <> 'stack';
