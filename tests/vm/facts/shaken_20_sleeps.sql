-- meanwhile each sleep of 20 ms is a span, one after the other, and each lies in the recording
SELECT count(*) >= 100 AND avg(ns >= 15000000) >= 0.9 AND max(ns) < 1000000000
       AND min(start_ns) >= 0 AND max(start_ns + ns) <= length
       AND sum(apart_ns < 0) = 0 AND max(apart_ns) < 1000000000,
       count(*) || ' spans; longest ' || (max(ns) / 1000000) || ' ms; at most '
       || (max(apart_ns) / 1000000) || ' ms between two'
FROM (SELECT s.start_ns - c.start_ns AS start_ns, s.end_ns - s.start_ns AS ns,
             c.end_ns - c.start_ns AS length,
             s.start_ns - lag(s.end_ns, 1, s.start_ns) OVER (ORDER BY s.start_ns) AS apart_ns
      FROM offcpu_span s JOIN thread t ON t.id = s.thread JOIN capture c ON c.id = s.capture
      WHERE t.comm = 'sleeper' AND NOT s.preempted AND NOT s.open AND NOT s.at_attach);
