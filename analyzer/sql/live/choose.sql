-- The window as the chosen time, which the views ask for. :from is NULL where it holds all there
-- is.
INSERT INTO filter (capture, from_ns) VALUES (:capture, :from);
