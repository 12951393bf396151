-- What is true of the whole recording: verdict, how it was made, what was lost. For the metadata.
WITH chosen AS (SELECT :capture AS capture)
SELECT 'verdict' AS name, v.level || ': ' || v.sentence AS value
FROM chosen AS c JOIN verdict AS v ON v.capture = c.capture
UNION ALL
SELECT 'command', s.command FROM chosen AS c JOIN capture AS s ON s.id = c.capture
UNION ALL
SELECT 'capture_id', s.capture_id FROM chosen AS c JOIN capture AS s ON s.id = c.capture
UNION ALL
SELECT 'recorder', s.recorder FROM chosen AS c JOIN capture AS s ON s.id = c.capture
UNION ALL
SELECT 'kernel', s.kernel FROM chosen AS c JOIN capture AS s ON s.id = c.capture
UNION ALL
SELECT 'polls_known_by', s.source FROM chosen AS c JOIN capture AS s ON s.id = c.capture
UNION ALL
SELECT 'threshold_ns', s.threshold_ns FROM chosen AS c JOIN capture AS s ON s.id = c.capture
UNION ALL
SELECT 'truncated', s.truncated FROM chosen AS c JOIN capture AS s ON s.id = c.capture
UNION ALL
SELECT 'blocked_ns', v.blocking_ns FROM chosen AS c JOIN verdict AS v ON v.capture = c.capture
UNION ALL
SELECT 'lost_percent', v.loss_percent FROM chosen AS c JOIN verdict AS v ON v.capture = c.capture
UNION ALL
SELECT 'lost ' || l.cause || ' (' || l.unit || ')', l.count
FROM chosen AS c JOIN loss_total AS l ON l.capture = c.capture;
