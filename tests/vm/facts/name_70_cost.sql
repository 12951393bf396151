-- the cost of recording is in the capture
SELECT count(*) >= 1 AND max(recorder_cpu_ns) > 0,
       'hud-record ' || (max(recorder_cpu_ns) / 1000000) || ' ms CPU; '
       || (max(rss_bytes) / 1048576) || ' MiB'
FROM cost;
