-- Which other functions share the machine code of a site's own, because the linker folded them into
-- one?
CREATE VIEW site_alias AS
SELECT DISTINCT s.capture, s.site, a.function
FROM site_time AS s
JOIN frame_alias AS a ON a.frame = s.frame;
