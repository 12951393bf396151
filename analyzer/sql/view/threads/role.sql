-- What can a thread be? Of a thread that was several the one with the highest rank counts.
CREATE VIEW role AS
SELECT 'unknown' AS name, 0 AS rank
UNION ALL SELECT 'other', 1
UNION ALL SELECT 'root', 2
UNION ALL SELECT 'pool', 3
UNION ALL SELECT 'worker', 4;
