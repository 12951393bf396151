-- polls that block are timed from their beginning, and most to their end
SELECT count(*) >= 20 AND avg(p.start_exact) >= 0.95
       AND avg(p.end_exact OR p.end_ns = p.end_max_ns) >= 0.7
       AND avg((p.end_ns - p.start_ns) BETWEEN 5000000 AND 60000000) >= 0.9,
       count(*) || ' polls; ' || sum(p.start_exact) || ' from their beginning, '
       || sum(p.end_exact) || ' to their end; longest '
       || COALESCE(max(p.end_ns - p.start_ns) / 1000, 0) || ' us'
FROM poll p JOIN thread t ON t.id = p.thread
WHERE t.comm = 'single-task' AND NOT p.open AND NOT p.upper_bound AND p.site_stack IS NOT NULL;
