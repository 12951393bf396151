-- What did single tasks do: how long were they polled, ready, waiting; and which task spawned them?
CREATE VIEW task_lives AS
SELECT t.capture, t.process, t.task_id, n.task, t.parent_id, t.start_ns, t.end_ns,
	t.end_ns - t.start_ns AS life_ns, t.spawned, t.ended, t.lost, t.polls, t.readies,
	t.polled_ns, t.ready_ns, t.await_ns, t.unknown_ns, t.ready_max_ns
FROM followed_task AS t
LEFT JOIN poller_names AS n ON n.site_stack = t.site_stack;
