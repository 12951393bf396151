-- a thread deadlocked before the recording is an open span over all of it, with its stack
SELECT count(*) = 1 AND avg(s.open AND s.at_attach AND s.syscall_name = 'futex'
                            AND NOT s.no_stack) = 1
       AND avg(s.end_ns - s.start_ns) >= 0.9 * (SELECT end_ns - start_ns FROM capture)
       AND avg(EXISTS (SELECT 1 FROM stack_frame sf JOIN frame f ON f.id = sf.frame
                       WHERE sf.stack = s.user_stack AND f.function = 'stuck_thread')) = 1
       AND avg(EXISTS (SELECT 1 FROM stack_frame sf JOIN frame f ON f.id = sf.frame
                       WHERE sf.stack = s.kernel_stack AND f.function LIKE 'futex_wait%')) = 1,
       count(*) || ' span; ' || COALESCE(max(s.end_ns - s.start_ns) / 1000000, 0) || ' ms; '
       || COALESCE(max(s.syscall_name), 'no system call') || '; '
       || COALESCE((SELECT group_concat(function, ' < ') FROM
           (SELECT f.function FROM stack_frame sf JOIN frame f ON f.id = sf.frame
            WHERE sf.stack = (SELECT max(user_stack)
                              FROM offcpu_span o JOIN thread ot ON ot.id = o.thread
                              WHERE ot.comm = 'stuck') ORDER BY sf.position)), 'no user stack')
FROM offcpu_span s JOIN thread t ON t.id = s.thread WHERE t.comm = 'stuck';
