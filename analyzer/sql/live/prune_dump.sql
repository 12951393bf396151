-- Of each process the last whole dump of tasks is kept.
DELETE FROM task_place
WHERE dumped_task IN (SELECT id FROM dumped_future WHERE dump IN (SELECT dump FROM old_dump));

DELETE FROM task_frame WHERE dump IN (SELECT dump FROM old_dump);

DELETE FROM dumped_future WHERE dump IN (SELECT dump FROM old_dump);

DELETE FROM task_runtime WHERE dump IN (SELECT dump FROM old_dump);

DELETE FROM task_pool WHERE dump IN (SELECT dump FROM old_dump);

DELETE FROM queued_closure WHERE dump IN (SELECT dump FROM old_dump);

DELETE FROM task_thread WHERE dump IN (SELECT dump FROM old_dump);

DELETE FROM task_dump WHERE dump IN (SELECT dump FROM old_dump);
