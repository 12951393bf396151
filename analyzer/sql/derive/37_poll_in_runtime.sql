-- Which records of polls are really the runtime's own code between polls, in one round of its
-- scheduler?
--
-- While a task is polled its id identifies the poll; between polls the worker's own state does. Two
-- tasks that keep waking each other in one round look like one poll when samples happen to fall
-- between them. Then at least half of its stacks show no poll; not all, since a long poll may begin
-- or end at one.
UPDATE poll SET upper_bound = 1
WHERE capture = :capture
	AND NOT upper_bound
	AND NOT start_exact
	AND sleep_ns < (end_ns - start_ns - run_queue_ns) / 2
	AND id IN (SELECT poll FROM poll_task(:capture) WHERE in_runtime);
