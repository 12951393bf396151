-- Index: the time of each blocking poll by site, without reading its slices.
CREATE INDEX IF NOT EXISTS slice_by_poll ON slice (blocking_poll, site, wall_ns, run_queue_ns);
