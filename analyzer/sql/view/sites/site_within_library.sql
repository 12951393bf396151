-- At which sites did another crate wait, that the user's function called, and not that function?
--
-- For advice_share_min of the site's time there is a frame of another crate between the user's
-- function and the wait; one of those that only give locks, channels and the like is no such.
CREATE VIEW site_within_library AS
SELECT h.site
FROM site_stack AS h
JOIN constant AS k
GROUP BY h.site
HAVING total(CASE WHEN EXISTS (SELECT 1
		FROM stack_frame AS s
		JOIN frame AS f ON f.id = s.frame
		WHERE s.stack = h.stack AND s.position < h.position AND f.origin = 'third-party'
			AND f.crate IS NOT NULL AND NOT EXISTS (SELECT 1 FROM primitive_crate AS p
				WHERE f.crate GLOB p.crate))
	THEN h.blocked_ns END) >= max(k.advice_share_min) * sum(h.blocked_ns);
