-- Index: the blocking poll that an off-CPU span is.
CREATE INDEX IF NOT EXISTS blocking_by_span ON blocking_poll (offcpu_span);
