-- a sample in a system call has a kernel stack, one in user mode has none
--
-- Without a system call, but in its entry: on AArch64 interrupts are let in there before its number
-- is noted, and an emulated machine has them come just then (seen: 26 of 518 samples).
SELECT count(*) >= 100
       AND sum(syscall IS NULL AND kernel_stack IS NOT NULL AND NOT entry) <= 0.05 * count(*)
       AND sum(syscall IS NOT NULL AND kernel_stack IS NULL) = 0,
       count(*) || ' samples; ' || sum(kernel_stack IS NOT NULL) || ' with kernel stack; '
       || sum(syscall IS NOT NULL) || ' in a system call; ' || sum(syscall IS NULL AND entry)
       || ' on the way into one; others in: '
       || coalesce(group_concat(DISTINCT CASE WHEN syscall IS NULL AND NOT entry THEN outermost
                   END), 'none')
FROM (SELECT s.syscall, s.kernel_stack, (SELECT f.function
             FROM stack_frame AS p JOIN frame AS f ON f.id = p.frame
             WHERE p.stack = s.kernel_stack ORDER BY p.position DESC LIMIT 1) AS outermost,
             EXISTS (SELECT 1
             FROM stack_frame AS p JOIN frame AS f ON f.id = p.frame
             WHERE p.stack = s.kernel_stack AND f.function IN ('el0_svc', 'do_syscall_64')) AS entry
      FROM sample AS s JOIN thread AS t ON t.id = s.thread
      WHERE t.comm = 'burner');
