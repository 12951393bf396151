-- Times off the CPU, thread by thread in the order of time, as observations are.
SELECT thread, start_ns, ready_ns, end_ns, state, cause, stack, syscall_name, cpu, open, at_attach,
	preempted, waker_pid
FROM trace_wait
WHERE capture = :capture
ORDER BY observation;
