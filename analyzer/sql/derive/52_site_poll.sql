-- How much of each blocking poll was at which site? Summed up by analyzer/derive/site_sums.c.
INSERT INTO site_poll
SELECT blocking_poll, site, :capture, wall_ns, run_queue_ns, open, at_attach
FROM site_poll_rows(:capture);
