-- a look that meets a thread in user mode has no kernel stack, one that meets it in a system call has
SELECT count(*) >= 100
       AND sum(s.syscall IS NULL AND s.kernel_stack IS NOT NULL) <= 0.05 * count(*)
       AND sum(s.syscall IS NOT NULL AND s.kernel_stack IS NULL) = 0,
       count(*) || ' samples; ' || sum(s.kernel_stack IS NOT NULL) || ' with kernel stack; '
       || sum(s.syscall IS NOT NULL) || ' in a system call'
FROM sample s JOIN thread t ON t.id = s.thread WHERE t.comm = 'burner';
