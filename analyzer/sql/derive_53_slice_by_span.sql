-- Index: the slices of one blocking span.
CREATE INDEX IF NOT EXISTS slice_by_span ON slice (blocking_span);
