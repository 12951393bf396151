-- Which dumps are the views of tasks about?
--
-- All there are. hud-analyze tasks chooses one of them (--dump, else the last), which makes its
-- queries as fast as if there were no other. What compares dumps (task_changes, task_growth,
-- task_stays) reads all of them all the same.
CREATE VIEW shown_dump AS
SELECT capture, process, dump, start_ns, end_ns FROM task_dump;
