-- Which tasks were there at a dump?
--
-- Futures of block_on are none: dumped_future has them beside the tasks.
CREATE VIEW dumped_task AS
SELECT id, capture, dump, process, task_id, owner, state, site_stack, tid, outcome, finished, woken,
	cancelled, chain
FROM dumped_future
WHERE NOT main;
