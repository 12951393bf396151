-- Which polls are long only because clocks say so?
--
-- A thread that computes is sampled: at each tick, and at a preemption where no tick came. So a
-- poll that computed for the threshold or longer and has no sample, no recorded sleep, and no probe
-- that saw it begin is not known to have happened: the thread may have had no CPU, or left the
-- poll, without the kernel or the host having reported it. It blocks nobody, and is counted (view
-- unproven_poll). Its task id proves nothing either: that was read when the record was begun.
-- poll_task (analyzer/derive/poll_task.c) looks for samples and sleeps; poll.samples also counts
-- those that were not recorded.
UPDATE poll SET unobserved = 1
WHERE capture = :capture
	AND NOT upper_bound
	AND NOT start_exact
	AND samples = 0
	AND end_min_ns - start_max_ns - run_queue_ns - sleep_ns >= (
		SELECT threshold_ns FROM capture WHERE id = :capture)
	AND id IN (SELECT poll FROM poll_task(:capture) WHERE NOT observed);
