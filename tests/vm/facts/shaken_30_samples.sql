-- the thread that burns CPU is sampled before, while and after there is one processor only
SELECT min(samples) >= 20 AND count(*) = 6, group_concat(second || ' s: ' || samples, '; ')
FROM (SELECT (s.time_ns - c.start_ns) / 1000000000 AS second, count(*) AS samples
      FROM sample s JOIN thread t ON t.id = s.thread JOIN capture c ON c.id = s.capture
      WHERE t.comm = 'burner' GROUP BY second HAVING second < 6);
