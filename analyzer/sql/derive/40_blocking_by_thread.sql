-- For 41_blocking_cpu.sql.
CREATE INDEX IF NOT EXISTS blocking_by_thread ON blocking_poll (thread, start_ns);
