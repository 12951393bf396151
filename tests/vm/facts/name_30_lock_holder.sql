-- the lock's holder is the waker of each wait for the lock over the threshold
SELECT count(*) >= 20 AND avg(s.waker_tid IS (SELECT tid FROM thread WHERE comm = 'holder')) = 1
       AND avg(s.waker_pid IS (SELECT pid FROM process LIMIT 1)) = 1
       AND avg(EXISTS (SELECT 1 FROM stack_frame sf JOIN frame f ON f.id = sf.frame
                       WHERE sf.stack = s.waker_stack AND f.function = 'holder_thread')) = 1,
       count(*) || ' waits; wakers '
       || COALESCE(group_concat(DISTINCT COALESCE(
           (SELECT comm FROM thread w WHERE w.tid = s.waker_tid), s.waker_tid)), 'none')
       || '; ' || count(s.waker_stack) || ' with waker stack'
FROM offcpu_span s JOIN thread t ON t.id = s.thread
WHERE t.comm = 'waiter' AND s.syscall_name = 'futex'
      AND NOT s.preempted AND NOT s.open AND NOT s.at_attach
      AND s.wakeup_ns - s.start_ns >= (SELECT threshold_ns FROM capture);
