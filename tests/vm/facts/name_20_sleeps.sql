-- sleeps of 20 ms are spans of about 20 ms, with system call and kernel stack
SELECT count(*) >= 50
       AND avg((s.end_ns - s.start_ns) BETWEEN 15000000 AND 35000000) >= 0.9
       AND avg(s.syscall_name IN ('clock_nanosleep', 'nanosleep')) = 1
       AND avg(EXISTS (SELECT 1 FROM stack_frame sf JOIN frame f ON f.id = sf.frame
                       WHERE sf.stack = s.kernel_stack AND f.function LIKE '%nanosleep%')) = 1,
       count(*) || ' spans; shortest ' || COALESCE(min(s.end_ns - s.start_ns) / 1000, 0) || ' us'
       || '; longest ' || COALESCE(max(s.end_ns - s.start_ns) / 1000, 0) || ' us; '
       || COALESCE(group_concat(DISTINCT s.syscall_name), 'no system call')
       || '; with kernel stack ' || count(s.kernel_stack)
FROM offcpu_span s JOIN thread t ON t.id = s.thread
WHERE t.comm = 'sleeper' AND NOT s.preempted AND NOT s.open AND NOT s.at_attach;
