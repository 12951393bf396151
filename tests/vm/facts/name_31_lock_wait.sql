-- waits for the lock show futex in the kernel and the waiter's function
SELECT count(*) >= 20
       AND avg(EXISTS (SELECT 1 FROM stack_frame sf JOIN frame f ON f.id = sf.frame
                       WHERE sf.stack = s.kernel_stack AND f.function LIKE 'futex_wait%')) = 1
       AND avg(EXISTS (SELECT 1 FROM stack_frame sf JOIN frame f ON f.id = sf.frame
                       WHERE sf.stack = s.user_stack AND f.function = 'waiter_thread')) = 1
       AND avg(s.wakeup_ns BETWEEN s.start_ns AND s.end_ns) = 1,
       count(*) || ' waits; longest ' || COALESCE(max(s.end_ns - s.start_ns) / 1000, 0) || ' us'
       || '; cause ' || COALESCE(group_concat(DISTINCT s.cause), 'none')
FROM offcpu_span s JOIN thread t ON t.id = s.thread
WHERE t.comm = 'waiter' AND s.syscall_name = 'futex'
      AND NOT s.preempted AND NOT s.open AND NOT s.at_attach;
