-- Index: the waits of one thread for locks, in the order of their ends.
CREATE INDEX IF NOT EXISTS lock_wait_by_thread ON offcpu_span (thread, end_ns)
WHERE cause = 'lock';
