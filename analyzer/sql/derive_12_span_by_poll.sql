-- Index: the sleeps of one poll.
CREATE INDEX IF NOT EXISTS offcpu_span_by_poll ON offcpu_span (thread, poll_ns)
WHERE poll_ns IS NOT NULL;
