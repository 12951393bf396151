-- the windows of the burning thread and its spans cover its time
SELECT covered BETWEEN 0.95 * total AND 1.01 * total AND cpu >= 0.3 * total,
       (covered / 1000000) || ' of ' || (total / 1000000) || ' ms; ' || (cpu / 1000000) || ' on CPU'
FROM (SELECT (SELECT end_ns - start_ns FROM capture) AS total,
             (SELECT sum(w.cpu_ns)
              FROM thread_window w JOIN thread t ON t.id = w.thread WHERE t.comm = 'burner') AS cpu,
             (SELECT sum(w.cpu_ns + w.sleep_ns + w.run_queue_ns)
              FROM thread_window w JOIN thread t ON t.id = w.thread WHERE t.comm = 'burner')
             + (SELECT sum(s.end_ns - s.start_ns)
                FROM offcpu_span s JOIN thread t ON t.id = s.thread
                WHERE t.comm = 'burner') AS covered);
