-- How many threads of the blocking pool were seen at work at the same moment, at the most? Counted by
-- analyzer/pool_crowd.c.
INSERT INTO pool_peak
SELECT :capture, busy FROM pool_crowd(:capture);
