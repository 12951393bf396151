-- Which other functions did the linker fold to the same code as a site's own?
CREATE VIEW site_alias AS
SELECT DISTINCT s.capture, s.site, a.function
FROM site_time AS s
JOIN frame_alias AS a ON a.frame = s.frame;
