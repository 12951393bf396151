-- Whose unwind rows came while recording, and how many stacks were taken before?
CREATE VIEW late_unwind_rows AS
SELECT l.capture, l.path, l.stacks, l.time_ns - c.start_ns AS after_ns
FROM late_rows AS l
JOIN capture AS c ON c.id = l.capture;
