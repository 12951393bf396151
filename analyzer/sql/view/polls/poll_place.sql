-- At which site was each blocking poll for the most of its time, waits for a CPU left out, and in
-- which stack there?
CREATE VIEW poll_place AS
SELECT capture, blocking_poll, site, stack, frame
FROM (
	SELECT *, row_number() OVER (PARTITION BY blocking_poll
			ORDER BY site_ns DESC, site, blocked_ns DESC, id) AS rank
	FROM (SELECT *, sum(blocked_ns) OVER (PARTITION BY blocking_poll, site)
			AS site_ns
		FROM slice)
)
WHERE rank = 1;
