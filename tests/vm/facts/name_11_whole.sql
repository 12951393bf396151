-- the capture is whole and ended with its time
SELECT NOT truncated AND end_reason = 'duration'
       AND (end_ns - start_ns) / 1000000 BETWEEN 2900 AND 4500,
       end_reason || ' after ' || ((end_ns - start_ns) / 1000000) || ' ms; '
       || events || ' events; ' || bytes || ' bytes'
FROM capture;
