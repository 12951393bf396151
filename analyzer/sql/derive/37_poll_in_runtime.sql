-- Which polls are the runtime's own code between polls, in one round of its scheduler?
--
-- While a task is polled its id is the key; around that a worker's own is. Two tasks that wake each other
-- for long in one round look like one poll when the looks happen to find that. Then their stacks show no
-- poll: half of them or more, since a long poll may begin or end where one of them was taken.
UPDATE poll SET upper_bound = 1
WHERE capture = :capture
	AND NOT upper_bound
	AND NOT start_exact
	AND sleep_ns < (end_ns - start_ns - run_queue_ns) / 2
	AND id IN (SELECT poll FROM poll_task(:capture) WHERE in_runtime);
