-- a deadlock that begins while recording is an open span with its stack
SELECT count(*) = 1 AND avg(s.open AND NOT s.at_attach AND s.syscall_name = 'futex') = 1
       AND avg(EXISTS (SELECT 1 FROM stack_frame sf JOIN frame f ON f.id = sf.frame
                       WHERE sf.stack = s.user_stack AND f.function = 'stuck_thread')) = 1,
       count(*) || ' span; ' || COALESCE((SELECT group_concat(function, ' < ') FROM
           (SELECT f.function FROM stack_frame sf JOIN frame f ON f.id = sf.frame
            WHERE sf.stack = (SELECT max(user_stack)
                              FROM offcpu_span o JOIN thread ot ON ot.id = o.thread
                              WHERE ot.comm = 'stuck') ORDER BY sf.position)), 'no user stack')
FROM offcpu_span s JOIN thread t ON t.id = s.thread
WHERE t.comm = 'stuck' AND s.end_ns - s.start_ns > 500000000;
