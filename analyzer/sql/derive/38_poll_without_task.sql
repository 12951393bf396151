-- Which polls may be several, since nothing distinguishes one task from the next?
--
-- Older runtimes do not keep the id of the current task where it can be read (Tokio before 1.22).
-- Without it everything that a worker of a multi-threaded scheduler polls in one round of its loop
-- looks like one poll, tasks that wake each other included. A poll on a CPU is then believed only
-- where activity_proof finds its task's samples to be long polls, as for processes whose state is
-- not known at all.
UPDATE poll SET upper_bound = 1
WHERE capture = :capture
	AND NOT upper_bound
	AND NOT start_exact
	AND scheduler IN (SELECT k.name FROM scheduler AS k WHERE NOT k.single_threaded)
	AND task_id IS NULL
	AND sleep_ns < (end_ns - start_ns - run_queue_ns) / 2
	AND NOT EXISTS (SELECT 1 FROM activity_proof AS a
		WHERE a.capture = :capture AND a.activity = 'task ' || poll.task AND a.proven);
