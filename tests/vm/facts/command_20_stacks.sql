-- sleeps of a program that hud-record started have stacks of its threads
SELECT count(*) >= 15
       AND avg(EXISTS (SELECT 1 FROM stack_frame sf JOIN frame f ON f.id = sf.frame
                       WHERE sf.stack = s.user_stack AND f.function = 'sleeper_thread')) = 1,
       count(*) || ' spans; ' || count(s.user_stack) || ' with user stack; '
       || COALESCE(sum(s.no_stack), 0) || ' failed'
FROM offcpu_span s JOIN thread t ON t.id = s.thread
WHERE t.comm = 'sleeper' AND NOT s.preempted AND NOT s.open;
