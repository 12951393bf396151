-- the 4 s for which the machine slept are in no span and no window: CLOCK_MONOTONIC stood still
SELECT count(*) >= 50 AND avg(ns >= 15000000) >= 0.9 AND max(ns) < 2000000000
       AND (SELECT end_ns - start_ns FROM capture) BETWEEN 3900000000 AND 6000000000,
       count(*) || ' spans; longest ' || (max(ns) / 1000000) || ' ms; recorded '
       || (SELECT (end_ns - start_ns) / 1000000 FROM capture) || ' ms'
FROM (SELECT s.end_ns - s.start_ns AS ns
      FROM offcpu_span s JOIN thread t ON t.id = s.thread
      WHERE t.comm = 'sleeper' AND NOT s.preempted AND NOT s.open AND NOT s.at_attach);
