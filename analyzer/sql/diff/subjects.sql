-- Which subjects of a kind are there, and of which can no change be claimed?
--
-- Computing that is a site on one side, and on the other could be one long poll or many short ones
-- of the same task, is neither new nor gone. No change of a bystander is claimed.
SELECT s.id,
	CASE WHEN EXISTS (
		SELECT 1 FROM figure AS f
		JOIN compared AS c ON c.side = f.side
		JOIN unproven AS u ON u.compared = c.id
		WHERE f.subject = s.id AND f.count = 0 AND u.task IN (
			SELECT t.task FROM site_of_task AS t
			WHERE t.crate = s.crate AND t.name = s.name AND t.cause = s.cause))
		THEN 'unproven'
	WHEN s.bystander THEN 'bystander' END AS reason
FROM subject AS s
WHERE s.kind = :kind
ORDER BY s.id;
