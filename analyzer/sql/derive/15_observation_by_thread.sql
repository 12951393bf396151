-- Index: the observations of one thread, in the order of time.
CREATE INDEX IF NOT EXISTS observation_by_thread ON observation (thread, start_ns);
