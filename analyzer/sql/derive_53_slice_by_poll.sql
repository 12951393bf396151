-- Index: the slices of one blocking poll.
CREATE INDEX IF NOT EXISTS slice_by_poll ON slice (blocking_poll);
