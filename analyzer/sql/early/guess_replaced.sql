-- What a wrong guess of the layout said, until the right one was learned (analyzer/derive/guess.c),
-- is forgotten: as if no state had been read until then. guess_replaced: the processes.
UPDATE offcpu_span SET runtime_state = NULL, unsure = 0, poll_ns = NULL, task_id = NULL
WHERE capture = :capture AND unsure AND thread IN (SELECT t.id FROM thread AS t
	WHERE t.process IN (SELECT process FROM guess_replaced));
UPDATE sample SET runtime_state = NULL, unsure = 0, poll_ns = NULL, task_id = NULL
WHERE capture = :capture AND unsure AND thread IN (SELECT t.id FROM thread AS t
	WHERE t.process IN (SELECT process FROM guess_replaced));
DELETE FROM poll
WHERE capture = :capture AND unsure AND thread IN (SELECT t.id FROM thread AS t
	WHERE t.process IN (SELECT process FROM guess_replaced));
UPDATE thread_window SET maybe_parked_ns = 0
WHERE capture = :capture AND maybe_parked_ns > 0 AND thread IN (SELECT t.id FROM thread AS t
	WHERE t.process IN (SELECT process FROM guess_replaced));
