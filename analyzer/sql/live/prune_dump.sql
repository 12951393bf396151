-- The dumps of tasks of the window (from :from) are kept, as far as there is room for them: others
-- after one must not have too many tasks. Of each process the last one is kept in any case. No two
-- dumps have one number.
DELETE FROM dropped_dump;

INSERT INTO dropped_dump
SELECT d.dump
FROM task_dump AS d
WHERE EXISTS (SELECT 1 FROM task_dump AS n WHERE n.process = d.process AND n.dump > d.dump)
	AND (d.start_ns < :from
		OR (SELECT total(n.tasks) FROM task_dump AS n WHERE n.dump > d.dump) > 100000);

DELETE FROM task_place
WHERE dumped_task IN (SELECT id FROM dumped_future WHERE dump IN (SELECT dump FROM dropped_dump));

DELETE FROM task_frame WHERE dump IN (SELECT dump FROM dropped_dump);

DELETE FROM dumped_future WHERE dump IN (SELECT dump FROM dropped_dump);

DELETE FROM task_runtime WHERE dump IN (SELECT dump FROM dropped_dump);

DELETE FROM task_pool WHERE dump IN (SELECT dump FROM dropped_dump);

DELETE FROM queued_closure WHERE dump IN (SELECT dump FROM dropped_dump);

DELETE FROM task_thread WHERE dump IN (SELECT dump FROM dropped_dump);

DELETE FROM task_dump WHERE dump IN (SELECT dump FROM dropped_dump);
