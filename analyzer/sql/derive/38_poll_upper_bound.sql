-- Which polls may be several, since their task was seen to come back within one round of its
-- scheduler elsewhere in the capture?
--
-- Two tasks that wake each other look like one poll for as long as the looks happen to find the same
-- one of them. Time asleep is in one poll for sure, so only those spent on a CPU are in doubt.
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

-- Which polls may be several, since nothing tells one task from the next?
--
-- Tokio has the ids of tasks where they can be read from 1.22 on. Without them all that a multi_thread
-- worker polls in one round of its loop is one key, tasks that wake each other included: what computes
-- is one poll where looks prove it of its task, as they do without any state.
UPDATE poll SET upper_bound = 1
WHERE capture = :capture
	AND NOT upper_bound
	AND NOT start_exact
	AND scheduler = 'multi_thread'
	AND task_id IS NULL
	AND sleep_ns < (end_ns - start_ns - run_queue_ns) / 2
	AND id NOT IN (SELECT k.poll FROM poll_task(:capture) AS k
		JOIN activity_proof AS a ON a.capture = :capture AND a.activity = 'task ' || k.task
		WHERE a.proven);
