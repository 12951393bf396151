-- Which part of the capture is looked at? Here: all of it, so everything is NULL.
--
-- hud-analyze lays a temporary table of this name over it when it is given filters, and over the
-- tables that they make smaller.
CREATE VIEW filter AS
SELECT id AS capture, NULL AS from_ns, NULL AS to_ns, NULL AS worker, NULL AS task, NULL AS cause,
	NULL AS match, NULL AS min_ns, NULL AS site
FROM capture;
