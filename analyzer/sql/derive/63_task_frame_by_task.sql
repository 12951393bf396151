-- Index: what each task waits for, in order.
CREATE INDEX IF NOT EXISTS task_frame_by_task ON task_frame (dumped_task, position);
