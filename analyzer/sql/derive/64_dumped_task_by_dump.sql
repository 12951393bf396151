-- Index: a task in the dump before and after.
CREATE INDEX IF NOT EXISTS dumped_task_by_dump ON dumped_future (capture, process, dump, task_id);
