-- Index: the blocking polls of one subject on one side, by length.
CREATE INDEX block_by_length ON block (subject, side, wall_ns);
