-- time that the machine was stopped (a third) is run-queue wait of the burning thread
SELECT stolen >= 0.15 * wall AND stolen <= waited AND cpu + waited <= wall,
       (stolen / 1000000) || ' of ' || (wall / 1000000) || ' ms; ' || (cpu / 1000000) || ' on CPU'
FROM (SELECT sum(stolen_ns) AS stolen, sum(run_queue_ns) AS waited, sum(cpu_ns) AS cpu,
             sum(w.end_ns - w.start_ns) AS wall
      FROM thread_window w JOIN thread t ON t.id = w.thread WHERE t.comm = 'burner');
