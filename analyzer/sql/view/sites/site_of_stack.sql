-- Which frame of a stack names the site, by cause?
--
-- Work (cause.work) is the doing of all that the block's boundary calls: sites are named by it. A
-- wait is the doing of the user's function that waits.
CREATE VIEW site_of_stack AS
SELECT k.id AS stack, c.name AS cause,
	CASE WHEN c.work THEN coalesce(k.boundary_frame, k.site_frame) ELSE k.site_frame
	END AS frame,
	CASE WHEN c.work THEN coalesce(k.boundary_position, k.site_position)
	ELSE k.site_position END AS position
FROM stack AS k
CROSS JOIN cause AS c;
