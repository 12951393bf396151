-- The filters as they were given.
INSERT INTO filter (from_time, to_time, worker, task, cause, match, min_ns)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7);
