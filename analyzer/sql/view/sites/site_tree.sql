-- Which calls led to the waits and the computing of each site? A tree for each site, as lines in
-- order.
--
-- From the user's outermost function inwards, without std between two of the user's; of several
-- calls the one with the most time first; none with less than 2% of the site's time (constant).
-- fork counts the forks on the way; forked: this call is one of several. share is of the site's
-- time.
CREATE VIEW site_tree AS
WITH RECURSIVE shown AS (
	SELECT h.capture, h.site, h.stack, h.blocked_ns, sf.position, f.site AS function, f.file,
		f.line, f.origin
	FROM site_stack AS h
	JOIN stack AS k ON k.id = h.stack
	JOIN stack_frame AS sf ON sf.stack = h.stack
		AND sf.position <= coalesce(k.entry_position, k.poll_position, k.depth)
	JOIN frame AS f ON f.id = sf.frame
	WHERE NOT (f.origin = 'std' AND sf.position > coalesce(h.position, -1))
), walked AS (
	SELECT capture, site, stack, blocked_ns, function, file, line, origin,
		function || ' ' || coalesce(line, '') AS step,
		row_number() OVER inward AS depth,
		group_concat(function || ' ' || coalesce(line, ''), char(10)) OVER inward AS path
	FROM shown
	WINDOW inward AS (PARTITION BY site, stack ORDER BY position DESC
		ROWS UNBOUNDED PRECEDING)
), node AS MATERIALIZED (
	SELECT capture, site, path, depth, function, file, line, origin,
		substr(path, 1, length(path) - length(step) - 1) AS parent,
		sum(blocked_ns) AS blocked_ns
	FROM walked
	GROUP BY site, path
), whole AS MATERIALIZED (
	SELECT site, sum(blocked_ns) AS blocked_ns FROM site_time GROUP BY site
), shared AS MATERIALIZED (
	SELECT n.*, w.blocked_ns AS site_ns, 1.0 * n.blocked_ns / max(w.blocked_ns, 1) AS share,
		count(*) OVER (PARTITION BY n.site, n.depth, n.parent) AS siblings
	FROM node AS n
	JOIN whole AS w ON w.site = n.site
	WHERE n.blocked_ns >= (SELECT tree_share_min FROM constant) * w.blocked_ns
), tree AS (
	SELECT capture, site, site_ns, path, depth, 0 AS fork, siblings > 1 AS forked, function,
		file, line, origin, blocked_ns, share,
		printf('%019d', 9223372036854775807 - blocked_ns) || function AS place
	FROM shared
	WHERE depth = 1
	UNION ALL
	SELECT h.capture, h.site, h.site_ns, h.path, h.depth, t.fork + (h.siblings > 1),
		h.siblings > 1, h.function, h.file, h.line, h.origin, h.blocked_ns, h.share,
		t.place || char(10) || printf('%019d', 9223372036854775807 - h.blocked_ns)
			|| h.function
	FROM tree AS t
	JOIN shared AS h ON h.site = t.site AND h.depth = t.depth + 1 AND h.parent = t.path
)
SELECT capture, site,
	row_number() OVER (PARTITION BY capture ORDER BY site_ns DESC, site, place) AS position,
	fork, forked, function, file, line, origin, blocked_ns, share
FROM tree;
