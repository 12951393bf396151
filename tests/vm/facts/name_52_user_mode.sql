-- a sample in a system call has a kernel stack, one in user mode has none
SELECT count(*) >= 100
       AND sum(s.syscall IS NULL AND s.kernel_stack IS NOT NULL) <= 0.05 * count(*)
       AND sum(s.syscall IS NOT NULL AND s.kernel_stack IS NULL) = 0,
       count(*) || ' samples; ' || sum(s.kernel_stack IS NOT NULL) || ' with kernel stack; '
       || sum(s.syscall IS NOT NULL) || ' in a system call'
FROM sample s JOIN thread t ON t.id = s.thread WHERE t.comm = 'burner';
