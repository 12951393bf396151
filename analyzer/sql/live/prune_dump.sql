-- The dumps of tasks of the window (from :from) are kept, as far as there is room for them, and the
-- last whole one of each process.
DELETE FROM task_place
WHERE dumped_task IN (SELECT id FROM dumped_future
	WHERE dump IN (SELECT dump FROM old_dump WHERE start_ns < :from OR crowded));

DELETE FROM task_frame
WHERE dump IN (SELECT dump FROM old_dump WHERE start_ns < :from OR crowded);

DELETE FROM dumped_future
WHERE dump IN (SELECT dump FROM old_dump WHERE start_ns < :from OR crowded);

DELETE FROM task_runtime
WHERE dump IN (SELECT dump FROM old_dump WHERE start_ns < :from OR crowded);

DELETE FROM task_pool
WHERE dump IN (SELECT dump FROM old_dump WHERE start_ns < :from OR crowded);

DELETE FROM queued_closure
WHERE dump IN (SELECT dump FROM old_dump WHERE start_ns < :from OR crowded);

DELETE FROM task_thread
WHERE dump IN (SELECT dump FROM old_dump WHERE start_ns < :from OR crowded);

DELETE FROM task_dump
WHERE dump IN (SELECT dump FROM old_dump WHERE start_ns < :from OR crowded);
