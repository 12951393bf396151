-- sleeps are spans where the kernel hides its addresses, too
SELECT count(*) >= 15 AND avg((s.end_ns - s.start_ns) BETWEEN 15000000 AND 35000000) >= 0.9,
       count(*) || ' spans; ' || count(s.user_stack) || ' with user stack'
FROM offcpu_span s JOIN thread t ON t.id = s.thread
WHERE t.comm = 'sleeper' AND NOT s.preempted AND NOT s.open;
