-- a sample in a system call has a kernel stack, one in user mode has none
--
-- Without a system call, but in its entry: on AArch64 interrupts are let in there before its number
-- is noted, and an emulated machine has them come just then (seen: 26 of 518 samples). Or in an-
-- other interrupt or exception than the tick's own, at whose end late ticks come in (28 of 371,
-- while the host was busy).
SELECT count(*) >= 100
       AND sum(syscall IS NULL AND kernel_stack IS NOT NULL AND NOT entry) <= 0.05 * count(*)
       AND sum(syscall IS NOT NULL AND kernel_stack IS NULL) = 0,
       count(*) || ' samples; ' || sum(kernel_stack IS NOT NULL) || ' with kernel stack; '
       || sum(syscall IS NOT NULL) || ' in a system call; ' || sum(syscall IS NULL AND entry)
       || ' on the way into one, or in another interrupt; others in: '
       || coalesce(group_concat(DISTINCT CASE WHEN syscall IS NULL AND NOT entry THEN outermost
                   END), 'none')
FROM (SELECT *, way OR (outermost LIKE 'asm_%'
                        AND outermost <> 'asm_sysvec_apic_timer_interrupt') AS entry
      FROM (SELECT s.syscall, s.kernel_stack,
                   (SELECT f.function
                    FROM stack_frame AS p JOIN frame AS f ON f.id = p.frame
                    WHERE p.stack = s.kernel_stack ORDER BY p.position DESC LIMIT 1) AS outermost,
                   EXISTS (SELECT 1
                    FROM stack_frame AS p JOIN frame AS f ON f.id = p.frame
                    WHERE p.stack = s.kernel_stack
                          AND f.function IN ('el0_svc', 'do_syscall_64')) AS way
            FROM sample AS s JOIN thread AS t ON t.id = s.thread
            WHERE t.comm = 'burner'));
