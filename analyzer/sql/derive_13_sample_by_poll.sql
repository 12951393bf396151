-- Index: the looks at one poll.
CREATE INDEX IF NOT EXISTS sample_by_poll ON sample (thread, poll_ns) WHERE poll_ns IS NOT NULL;
