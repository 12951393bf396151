-- Keeps the filters as they were given.
INSERT INTO filter (from_time, to_time, worker, task, cause, match, min_ns)
VALUES (:from_time, :to_time, :worker, :task, :cause, :match, :min_ns);
