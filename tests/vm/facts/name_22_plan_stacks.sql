-- the user stack of each sleep is complete from libc to the thread's root (with a plan)
SELECT count(*) >= 50 AND avg(st.stop = 'root') = 1
       AND avg(EXISTS (SELECT 1 FROM stack_frame sf JOIN frame f ON f.id = sf.frame
                       WHERE sf.stack = s.user_stack AND f.function = 'sleep_ms')) = 1
       AND avg(EXISTS (SELECT 1 FROM stack_frame sf JOIN frame f ON f.id = sf.frame
                       WHERE sf.stack = s.user_stack
                       AND (f.function LIKE '%clone%' OR f.function = 'thread_start'))) = 1,
       count(*) || ' spans; depth ' || COALESCE(min(st.depth), 0)
       || ' to ' || COALESCE(max(st.depth), 0) || '; ended by '
       || COALESCE(group_concat(DISTINCT st.stop), 'none')
FROM offcpu_span s JOIN thread t ON t.id = s.thread JOIN stack st ON st.id = s.user_stack
WHERE t.comm = 'sleeper' AND NOT s.preempted AND NOT s.open AND NOT s.at_attach;
