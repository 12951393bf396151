-- Index: the evidence of one thread, in the order of time.
CREATE INDEX IF NOT EXISTS evidence_by_thread ON evidence (thread, start_ns);
