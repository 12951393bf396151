-- How many threads of the blocking pool were observed at work at the same moment, at most? Counted
-- by analyzer/derive/pool_peak.c.
INSERT INTO pool_peak
SELECT :capture, busy FROM pool_peak_rows(:capture);
