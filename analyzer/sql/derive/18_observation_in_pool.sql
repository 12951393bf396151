-- Index: what was observed at work in the blocking pool, without reading all observations.
CREATE INDEX IF NOT EXISTS observation_in_pool
ON observation (thread, start_ns, end_ns, sample, capture)
WHERE class = 'pool' AND NOT pool_idle;
