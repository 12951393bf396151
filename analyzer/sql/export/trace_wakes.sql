-- Who ended the waits of blocking polls.
SELECT offcpu_span, time_ns, waker_thread, thread, waker, file, line, waker_stack, waiter, cause,
	blocked_ns
FROM trace_wake
WHERE capture = :capture
ORDER BY time_ns;
