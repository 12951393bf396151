-- How much of each blocking poll was at which site?
INSERT INTO site_poll
SELECT blocking_poll, site, capture, sum(wall_ns), sum(run_queue_ns)
FROM slice
WHERE capture = :capture
GROUP BY blocking_poll, site;
