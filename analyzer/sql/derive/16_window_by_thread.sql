-- Index: the windows of one thread, in the order of time.
CREATE INDEX IF NOT EXISTS window_by_thread ON thread_window (thread, start_ns);
