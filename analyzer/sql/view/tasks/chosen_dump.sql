-- Which dumps of tasks were taken in the chosen time?
CREATE VIEW chosen_dump AS
SELECT d.capture, d.process, d.dump, d.start_ns, d.end_ns
FROM task_dump AS d
JOIN chosen_time AS t ON t.capture = d.capture
WHERE d.start_ns BETWEEN t.start_ns AND t.end_ns;
