-- Index: the time of each site by frame and stack, without reading its slices.
CREATE INDEX IF NOT EXISTS slice_by_site ON slice (site, frame, stack, wall_ns);
