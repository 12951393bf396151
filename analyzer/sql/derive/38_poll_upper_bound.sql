-- Which polls may be several, since elsewhere in the capture their task was polled again within one
-- round of its scheduler?
--
-- Two tasks that wake each other look like one poll as long as all samples happen to find the same
-- one. A sleep is inside one poll for certain, so only polls that spent most of their time on a CPU
-- are in doubt.
UPDATE poll SET upper_bound = 1
WHERE capture = :capture
	AND NOT upper_bound
	AND NOT start_exact
	AND sleep_ns < (end_ns - start_ns - run_queue_ns) / 2
	AND ((SELECT process FROM thread WHERE id = poll.thread), task_id) IN (
		SELECT t.process, other.task_id
		FROM poll AS other
		JOIN thread AS t ON t.id = other.thread
		WHERE other.capture = :capture AND other.upper_bound);
