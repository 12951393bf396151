-- Through which calls did each site's time go? Outermost first, the heaviest first, from 2% on.
--
-- From the outermost frame of the user's; std between two of the user's is left out. fork counts the
-- forks on the way; forked: this is one of several ways. share is of the site's time.
WITH RECURSIVE shown AS (
	SELECT h.site, h.stack, h.wall_ns, sf.position, f.site AS function, f.file, f.line, f.origin
	FROM site_stack AS h
	JOIN stack AS k ON k.id = h.stack
	JOIN stack_frame AS sf ON sf.stack = h.stack
		AND sf.position <= coalesce(k.entry_position, k.poll_position, k.depth)
	JOIN frame AS f ON f.id = sf.frame
	WHERE h.capture = :capture
		AND NOT (f.origin = 'std' AND sf.position > coalesce(k.site_position, -1))
), walked AS (
	SELECT site, stack, wall_ns, function, file, line, origin,
		function || ' ' || coalesce(line, '') AS step,
		row_number() OVER inward AS depth,
		group_concat(function || ' ' || coalesce(line, ''), char(10)) OVER inward AS path
	FROM shown
	WINDOW inward AS (PARTITION BY site, stack ORDER BY position DESC ROWS UNBOUNDED PRECEDING)
), node AS MATERIALIZED (
	SELECT site, path, depth, function, file, line, origin,
		substr(path, 1, length(path) - length(step) - 1) AS parent, sum(wall_ns) AS wall_ns
	FROM walked
	GROUP BY site, path
), whole AS MATERIALIZED (
	SELECT site, sum(wall_ns) AS wall_ns FROM site_time GROUP BY site
), heavy AS MATERIALIZED (
	SELECT n.*, 1.0 * n.wall_ns / w.wall_ns AS share,
		count(*) OVER (PARTITION BY n.site, n.depth, n.parent) AS brothers
	FROM node AS n
	JOIN whole AS w ON w.site = n.site
	WHERE 50 * n.wall_ns >= w.wall_ns
), tree AS (
	SELECT site, path, depth, 0 AS fork, brothers > 1 AS forked, function, file, line, origin, wall_ns, share,
		printf('%019d', 9223372036854775807 - wall_ns) || function AS place
	FROM heavy
	WHERE depth = 1
	UNION ALL
	SELECT h.site, h.path, h.depth, t.fork + (h.brothers > 1), h.brothers > 1, h.function, h.file, h.line, h.origin,
		h.wall_ns, h.share,
		t.place || char(10) || printf('%019d', 9223372036854775807 - h.wall_ns) || h.function
	FROM tree AS t
	JOIN heavy AS h ON h.site = t.site AND h.depth = t.depth + 1 AND h.parent = t.path
)
SELECT t.site, t.fork, t.forked, t.function, t.file, t.line, t.origin, t.wall_ns, t.share
FROM tree AS t
JOIN whole AS w ON w.site = t.site
ORDER BY w.wall_ns DESC, t.site, t.place
LIMIT :top;
