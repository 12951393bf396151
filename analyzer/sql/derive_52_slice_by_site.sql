-- Index: the slices of one site.
CREATE INDEX IF NOT EXISTS slice_by_site ON slice (site);
