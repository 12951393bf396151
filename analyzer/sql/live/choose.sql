-- The window as the chosen time, and the least length of a blocking poll, which the views ask for.
-- :from is NULL where the window holds all there is, :least where each poll counts.
INSERT INTO filter (capture, from_ns, min_ns) VALUES (:capture, :from, :least);
