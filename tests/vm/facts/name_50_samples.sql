-- the thread that burns CPU is sampled, in its own function
SELECT count(*) >= 100
       AND avg(EXISTS (SELECT 1 FROM stack_frame sf JOIN frame f ON f.id = sf.frame
                       WHERE sf.stack = s.user_stack AND f.function = 'burner_thread')) >= 0.95
       AND sum(s.profile) BETWEEN count(*) / 8 AND 0.6 * count(*) AND sum(s.no_stack) = 0,
       count(*) || ' samples; '
       || COALESCE(sum(s.profile), 0) || ' of the profile; '
       || COALESCE(sum(s.no_stack), 0) || ' without stack; '
       || sum(EXISTS (SELECT 1 FROM stack_frame sf JOIN frame f ON f.id = sf.frame
                     WHERE sf.stack = s.user_stack AND f.function = 'burner_thread'))
       || ' with burner_thread'
FROM sample s JOIN thread t ON t.id = s.thread WHERE t.comm = 'burner';
