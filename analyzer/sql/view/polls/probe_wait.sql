-- Which waits did hud's own probes cause (--polls)? They are no block of the program's.
CREATE VIEW probe_wait AS
SELECT capture, thread, start_ns, end_ns, end_ns - start_ns AS wall_ns, run_queue_ns
FROM offcpu_span
WHERE cause = 'probe';
