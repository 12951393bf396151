-- How much of the workers' time did each subject block, on the side with more of it? A subject is
-- minor with less than small_share of all blocking. The main future's sites are no part of that.
WITH shares AS (
	SELECT subject, max(blocked_ns / max(worker_ns, 1)) AS share
	FROM figure
	GROUP BY subject
)
UPDATE subject
SET share = h.share,
	minor = kind <> 'main' AND h.share < (SELECT n.small_share * w.share
		FROM constant AS n, shares AS w
		JOIN subject AS k ON k.id = w.subject AND k.kind = 'all')
FROM shares AS h
WHERE h.subject = subject.id;
