-- Index: how often each thread was seen with which stack, without reading its samples.
CREATE INDEX IF NOT EXISTS sample_by_stack ON sample (thread, user_stack, profile);
